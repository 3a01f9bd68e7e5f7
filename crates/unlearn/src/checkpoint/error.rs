//! What can be wrong with a stored model or codebook.

use std::path::PathBuf;

use thiserror::Error;

use super::OutputError;
use crate::network::NetworkError;

/// A file of tensors cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not safetensors.
    #[error("{path}: expected a safetensors file: {reason}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the reader found.
        reason: String,
    },
    /// The file was not made by this program, or is of another kind.
    #[error("{path}: expected {expected}, found {found}", path = path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// The kind of file that was asked for.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The description inside the file is wrong.
    #[error("{path}: metadata: {reason}", path = path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A tensor is not there.
    #[error("{path}: expected a tensor `{name}` of shape {shape:?}, found none", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The shape that it should have.
        shape: Vec<usize>,
    },
    /// A tensor is there that the network does not have.
    #[error("{path}: expected {expected} tensors, found another one, `{name}`", path = path.display())]
    Extra {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// How many the network has.
        expected: usize,
    },
    /// A tensor has another shape.
    #[error("{path}: tensor `{name}`: expected shape {expected:?}, found {found:?}", path = path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The shape that it should have.
        expected: Vec<usize>,
        /// Its shape.
        found: Vec<usize>,
    },
    /// A tensor holds numbers of a type that cannot be converted.
    #[error("{path}: tensor `{name}`: expected f16, bf16, f32, f64 or i64 numbers, found {found}", path = path.display())]
    Type {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its type.
        found: String,
    },
    /// A tensor holds a number that is not finite.
    #[error("{path}: tensor `{name}`: expected finite numbers, found {found} at element {index}", path = path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The place, in row-major order.
        index: usize,
        /// The number.
        found: f32,
    },
    /// A variance is negative.
    #[error("{path}: tensor `{name}`: expected variances of at least 0, found {found} at element {index}", path = path.display())]
    NegativeVariance {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The place, in row-major order.
        index: usize,
        /// The number.
        found: f32,
    },
    /// The described architecture makes no network.
    #[error("{path}: {source}", path = path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NetworkError,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
