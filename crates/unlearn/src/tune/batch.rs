//! Samples that go through a network together.

use crate::network::Value;

/// Samples that go through a network together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// As the network sees them, `[samples, channels, height, width]`.
    pub inputs: Value,
    /// Their labels.
    pub labels: Vec<usize>,
    /// Their places in the set that they come from.
    pub places: Vec<usize>,
}

impl Batch {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
