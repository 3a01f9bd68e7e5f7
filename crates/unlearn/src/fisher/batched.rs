//! The Fisher diagonal of many samples, several in one pass.

use super::Fisher;
use super::diagonal::FEW;
use super::squares::visit_squares;
use crate::network::{Network, Value};

/// Numbers that samples may leave behind in any network.
const LEFT_BEHIND: usize = 1 << 22;

/// How many samples go through a network together: as many as leave behind, for the way
/// back, no more numbers than half the parameters, or [`LEFT_BEHIND`] where these are few.
pub(crate) fn together(network: &Network) -> usize {
    let graph = network.graph();
    let outputs = (0..graph.nodes().len()).map(|node| graph.output_shape_of(node));
    let outputs: usize = outputs.map(|shape| shape.iter().product::<usize>()).sum();
    let allowed = LEFT_BEHIND.max(network.trained_element_count() / 2);
    (allowed / outputs.max(1)).clamp(1, FEW)
}

/// The diagonal from a forward and a backward pass over several samples at once:
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
    assert_eq!(batch.shape()[0], labels.len(), "labels of a batch");
    let length = batch.element_count() / labels.len();
    // Equal passes rather than full ones and a small rest.
    let passes = labels.len().div_ceil(together(network));
    let together = labels.len().div_ceil(passes);
    let mut fisher = Fisher::none(network);
    for (index, labels) in labels.chunks(together).enumerate() {
        let flat = batch.clone().flat();
        let flat = flat.narrow(0, index * together * length, labels.len() * length);
        let mut shape = batch.shape().to_vec();
        shape[0] = labels.len();
        fisher.add_batch(network, Value::from_flat(flat, &shape), labels);
    }
    fisher
}

impl Fisher {
    /// Adds the samples of a batch.
    pub(crate) fn add_batch(&mut self, network: &Network, batch: Value, labels: &[usize]) {
        let mut power = None;
        visit_squares(network, batch, labels, |parameter, squares, exponent| {
            let power = *power.get_or_insert_with(|| self.begin(labels.len(), exponent));
            self.add(parameter, squares, power);
        });
    }
}
