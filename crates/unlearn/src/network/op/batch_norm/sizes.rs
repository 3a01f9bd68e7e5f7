//! A batch as planes, one per sample and channel.

use crate::network::Value;

/// A batch as `[batch, channels, positions]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planes {
    pub batch: usize,
    pub channels: usize,
    pub positions: usize,
}

impl Planes {
    /// The planes of a value `[batch, channels, ..]`.
    pub fn of(value: &Value) -> Self {
        let (batch, channels) = (value.shape()[0], value.shape()[1]);
        Self {
            batch,
            channels,
            positions: value.element_count() / (batch * channels).max(1),
        }
    }

    /// `[batch, channels, positions]`.
    pub fn shape(&self) -> [usize; 3] {
        [self.batch, self.channels, self.positions]
    }

    /// Numbers per channel.
    pub fn count(&self) -> f64 {
        (self.batch * self.positions) as f64
    }
}
