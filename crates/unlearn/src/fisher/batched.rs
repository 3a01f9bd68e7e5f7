//! The Fisher diagonal of a whole batch in one pass.

use super::Fisher;
use super::diagonal::{exponent_of, power_of_two};
use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network, Value};

/// The diagonal from one forward and one backward pass over the whole batch:
/// each operation squares the gradients of single samples before it sums them
/// ([`crate::network::op::Operation::squared_gradients`]). Exact, not an
/// approximation.
///
/// `batch` is `[samples, ..]`, with one label per sample.
///
/// # Panics
/// If there is no sample, or not one label per sample.
pub fn fisher_batched(network: &Network, batch: &Value, labels: &[usize]) -> Fisher {
    assert!(!labels.is_empty(), "samples of a Fisher diagonal");
    let trace = network.trace(batch.clone(), &mut Mode::Inference);
    let loss = CrossEntropy::new(&trace.output, labels, 0.0);
    let exponent = exponent_of(&loss);
    let gradient = loss.gradient(power_of_two(exponent), network.device());
    let squares = network.squared_gradients(trace, gradient);
    Fisher::new(squares, exponent, labels.len())
}
