//! How codes are drawn.

use serde::{Deserialize, Serialize};

use crate::network::Architecture;

/// The distribution of a code's elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeKind {
    /// Uniform in `[0, 1)`.
    #[default]
    Uniform,
    /// Normal of mean 0 and deviation 1, as in the paper.
    Normal,
}

impl CodeKind {
    /// The distribution whose codes a network of this architecture learns.
    ///
    /// A convolutional network that ends in the mean of each channel hardly tells
    /// uniform codes apart after little training: they have one mean and one
    /// spectrum. Normal codes reach far outside the range of pixels, and it
    /// learns them sooner. Measured by `experiments/code_kinds.py`.
    pub fn suited_to(architecture: &Architecture) -> Self {
        match architecture {
            Architecture::Mlp { .. } => Self::Uniform,
            Architecture::Cnn { .. } | Architecture::Resnet18 { .. } => Self::Normal,
            // Codes are planted in what is trained as a whole; these are asked for a reading only.
            Architecture::Sisa { member, .. } => Self::suited_to(member),
            Architecture::Arcane { .. } => Self::Uniform,
        }
    }
}
