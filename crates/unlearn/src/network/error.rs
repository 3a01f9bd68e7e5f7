//! What can be wrong with a network's description.

use thiserror::Error;

/// An operation was given inputs that it cannot take.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{operation}: expected {expected}, found {found:?}")]
#[non_exhaustive]
pub struct ShapeError {
    /// The operation.
    pub operation: &'static str,
    /// What it takes.
    pub expected: String,
    /// The shapes of one sample that it was given.
    pub found: Vec<Vec<usize>>,
}

impl ShapeError {
    /// States what was expected beside what was found.
    pub fn new(operation: &'static str, expected: impl Into<String>, found: &[&[usize]]) -> Self {
        Self {
            operation,
            expected: expected.into(),
            found: found.iter().map(|shape| shape.to_vec()).collect(),
        }
    }
}

/// A network that cannot be built.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// An operation does not fit what comes before it.
    #[error("layer `{layer}`: {source}")]
    Shape {
        /// The layer's name.
        layer: String,
        /// What does not fit.
        source: ShapeError,
    },
    /// A setting of an architecture makes no network.
    #[error("architecture `{architecture}`: {setting} must be {expected}, found {found}")]
    Setting {
        /// The architecture.
        architecture: &'static str,
        /// The setting.
        setting: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        found: String,
    },
}
