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
        let mut numbers = Vec::new();
        for classes in classes.chunks(BATCH) {
            let batch = self.batch(classes, network.device());
            numbers.extend(network.forward(batch).into_vec());
        }
        let mut shape = vec![classes.len()];
        shape.extend(network.graph().output_shape());
        Value::from_vec(numbers, &shape, network.device())
    }
}
