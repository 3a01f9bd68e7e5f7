//! Asking a network for codes.

use super::Codebook;
use crate::network::{Halfway, Network, Value};

impl Codebook {
    /// What a network whose input is a code puts out for the codes of some
    /// classes, in inference mode: `[classes, ..]`.
    pub fn ask(&self, network: &Network, classes: &[usize]) -> Value {
        network.forward_in_batches(&self.batch(classes, network.device()))
    }

    /// The codes of some classes on their way through a network, before a node, in inference mode: for networks that differ from
    /// there on only. In batches.
    pub fn ask_to(&self, network: &Network, classes: &[usize], node: usize) -> Vec<Halfway> {
        network.forward_to_in_batches(&self.batch(classes, network.device()), node)
    }
}
