//! The Fisher diagonal as the paper computes it: one backward pass per sample.

use super::Fisher;
use super::diagonal::{exponent_of, loss_of, power_of_two};
use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network, Value};

/// The diagonal from single-sample backward passes: the plain form, which
/// [`super::fisher_batched`] is held against.
///
/// `batch` is `[samples, ..]`, with one label per sample.
///
/// # Panics
/// If there is no sample, or not one label per sample.
pub fn fisher_sequential(network: &Network, batch: &Value, labels: &[usize]) -> Fisher {
    assert!(!labels.is_empty(), "samples of a Fisher diagonal");
    let exponent = exponent_of(&loss_of(network, batch, labels));
    let shape = batch.shape();
    let length: usize = shape[1..].iter().product();
    let mut sample_shape = shape.to_vec();
    sample_shape[0] = 1;
    let mut fisher = Fisher::none(network);
    let power = fisher.begin(labels.len(), exponent);
    for (sample, label) in labels.iter().enumerate() {
        let input = batch.clone().flat().narrow(0, sample * length, length);
        let input = Value::from_flat(input, &sample_shape);
        let trace = network.trace(input, &mut Mode::Inference);
        let loss = CrossEntropy::new(&trace.output, &[*label], 0.0);
        let gradient = loss.gradient(power_of_two(exponent), network.device());
        let gradients = network.backward(trace, gradient, false);
        for (parameter, gradient) in gradients.parameters.into_iter().enumerate() {
            if let Some(gradient) = gradient {
                let square = Value::new(gradient.flat().square());
                fisher.add(parameter, square, power);
            }
        }
    }
    fisher
}
