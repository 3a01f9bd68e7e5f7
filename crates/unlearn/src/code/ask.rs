//! Asking a network for codes.

use super::Codebook;
use crate::network::{Network, Value};

/// Codes that go through a network together, so that many classes need no more
/// memory than few.
const BATCH: usize = 20;

impl Codebook {
    /// What a network whose input is a code puts out for the codes of some
    /// classes, in inference mode: `[classes, ..]`.
    pub fn ask(&self, network: &Network, classes: &[usize]) -> Value {
        let batches = classes.chunks(BATCH);
        let batches = batches.map(|classes| self.batch(classes, network.device()));
        ask(network, batches)
    }

    /// The same for blends of the codes with noise of their own kind,
    /// `(1 - r) code + r noise` for each r of `ratios`, each with noise of its
    /// own: `[classes * ratios, ..]`, those of one class in a row. The noise is
    /// the same whenever it is asked for.
    pub fn ask_blends(&self, network: &Network, classes: &[usize], ratios: &[f32]) -> Value {
        let batches = classes.chunks(BATCH.div_ceil(ratios.len()));
        let batches = batches.map(|classes| self.blends(classes, ratios, network.device()));
        ask(network, batches)
    }
}

fn ask(network: &Network, batches: impl Iterator<Item = Value>) -> Value {
    let (mut samples, mut numbers) = (0, Vec::new());
    for batch in batches {
        samples += batch.shape()[0];
        numbers.extend(network.forward(batch).into_vec());
    }
    let mut shape = vec![samples];
    shape.extend(network.graph().output_shape());
    Value::from_vec(numbers, &shape, network.device())
}
