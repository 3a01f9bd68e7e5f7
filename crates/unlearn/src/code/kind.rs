//! How codes are drawn.

use serde::{Deserialize, Serialize};

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
