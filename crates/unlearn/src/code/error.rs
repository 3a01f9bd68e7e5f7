//! What can be wrong with codes.

use thiserror::Error;
use unlearn_data::Digest;

/// Codes cannot be used with a model.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CodeError {
    /// The codes were planted in another model.
    #[error("codes: expected those of model {expected}, found those of model {found}")]
    Model {
        /// The trained model at hand.
        expected: Digest,
        /// The one that the codes were planted in.
        found: Digest,
    },
    /// The codes have another shape than the model's inputs.
    #[error("codes: expected shape {expected:?} as the model's input, found {found:?}")]
    Shape {
        /// Channels, height, width of the model's input.
        expected: [usize; 3],
        /// Those of a code.
        found: [usize; 3],
    },
    /// The codes are of other classes.
    #[error("codes: expected the model's {expected} classes, found {found}")]
    Classes {
        /// How many, and the first that differs.
        expected: String,
        /// How many, and the first that differs.
        found: String,
    },
    /// The spare units read other features than the model's classifier layer.
    #[error("codes: expected spare units of {expected} features as the model's, found {found}")]
    SpareUnits {
        /// Features that the model's classifier layer reads.
        expected: usize,
        /// Features that a spare unit reads.
        found: usize,
    },
    /// The class means are of another layer than the one that makes the model's features.
    #[error(
        "codes: expected class means of {} as the model's, found {found:?}",
        layer(expected)
    )]
    ClassMeans {
        /// Inputs and features of the model's layer; none where it has no such layer.
        expected: Option<[usize; 2]>,
        /// Those of the means.
        found: [usize; 2],
    },
}

fn layer(sizes: &Option<[usize; 2]>) -> String {
    match sizes {
        Some(sizes) => format!("inputs and features {sizes:?}"),
        None => "no layer".to_owned(),
    }
}
