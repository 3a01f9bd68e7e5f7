//! Asking a network for codes.

use super::Codebook;
use crate::network::{Network, Value};

impl Codebook {
    /// What a network whose input is a code puts out for the codes of some
    /// classes, in inference mode: `[classes, ..]`.
    pub fn ask(&self, network: &Network, classes: &[usize]) -> Value {
        network.forward_in_batches(&self.batch(classes, network.device()))
    }
}
