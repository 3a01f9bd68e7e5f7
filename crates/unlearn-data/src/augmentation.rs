//! Random crops and flips of training images.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// What is done at random to a training image each time it is shown.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Pad every side with this many black pixels (0, before normalisation), then crop to the old size at a random place.
    pub pad_crop: usize,
    /// Mirror left and right with probability one half.
    pub flip: bool,
}

/// One drawn augmentation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement {
    down: usize,
    right: usize,
    pad: usize,
    flip: bool,
}

impl Augmentation {
    /// Whether images stay as they are.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Draws the place of the crop, uniform over the `(2 pad_crop + 1)^2` places, then the flip.
    pub(crate) fn draw(&self, random: &mut ChaCha8Rng) -> Placement {
        // Drawn as 64 bits so that the numbers are the same on every platform.
        let mut offset = || match self.pad_crop {
            0 => 0,
            pad => random.random_range(0..=2 * pad as u64) as usize,
        };
        let (down, right) = (offset(), offset());
        let flip = self.flip && random.random::<bool>();
        Placement {
            down,
            right,
            pad: self.pad_crop,
            flip,
        }
    }
}

impl Placement {
    /// The place in a plane `[height, width]` that shows at (`y`, `x`); none where the padding shows.
    pub(crate) fn source(&self, [height, width]: [usize; 2], y: usize, x: usize) -> Option<usize> {
        let x = if self.flip { width - 1 - x } else { x };
        let y = (y + self.down)
            .checked_sub(self.pad)
            .filter(|&y| y < height)?;
        let x = (x + self.right)
            .checked_sub(self.pad)
            .filter(|&x| x < width)?;
        Some(y * width + x)
    }
}
