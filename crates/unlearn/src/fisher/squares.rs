//! Squared gradients of samples' own losses.

use super::diagonal::{exponent_of, power_of_two};
use crate::code::Codebook;
use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network, Value};

/// Hands over, parameter after parameter, `sum_b (2^e dL_b/dw)^2` over the
/// samples of a batch, in inference mode, L the cross-entropy: as (parameter, squares,
/// e). The exponent e is the same for all: it keeps the largest gradient of
/// a logit between 1/2 and 1.
///
/// `batch` is `[samples, ..]`, with one label per sample.
pub fn visit_squares(
    network: &Network,
    batch: Value,
    labels: &[usize],
    mut visit: impl FnMut(usize, Value, i32),
) {
    let trace = network.trace(batch, &mut Mode::Inference);
    let loss = CrossEntropy::new(&trace.output, labels, 0.0);
    let exponent = exponent_of(&loss);
    let gradient = loss.gradient(power_of_two(exponent), network.device());
    network.visit_squared_gradients(trace, gradient, |parameter, squares| {
        visit(parameter, squares, exponent);
    });
}

/// The same for the code of one class: `(2^e g_c)^2`.
pub fn visit_code_squares(
    network: &Network,
    codes: &Codebook,
    class: usize,
    visit: impl FnMut(usize, Value, i32),
) {
    let code = codes.batch(&[class], network.device());
    visit_squares(network, code, &[class], visit);
}
