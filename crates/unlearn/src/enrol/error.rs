//! What can be wrong with an enrolment.

use thiserror::Error;
use unlearn_data::Digest;

use crate::checkpoint::CheckpointError;
use crate::code::CodeError;

/// A model cannot be enrolled, or an enrolment is not that of a model.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The enrolment is that of another model, or of the model as it was.
    #[error("stale: expected the enrolment of model {expected}, found that of {found}")]
    Stale {
        /// The model's digest.
        expected: Digest,
        /// The digest that the enrolment is bound to.
        found: Digest,
    },
    /// The enrolment was written by an earlier version, which knew codes by less.
    #[error(
        "stale: expected an enrolment of schema {expected}, found {found}: enrol the model again"
    )]
    Outdated {
        /// The version that is written today.
        expected: u32,
        /// That of the file.
        found: u32,
    },
    /// The enrolment was made with other codes.
    #[error("expected an enrolment of the codes {expected}, found one of {found}")]
    OtherCodes {
        /// The codes' digest.
        expected: Digest,
        /// That of the codes that were enrolled.
        found: Digest,
    },
    /// The codes do not fit the model.
    #[error(transparent)]
    Codes(#[from] CodeError),
    /// The model has no class whose code it still knows.
    #[error("expected classes whose codes were planted and not forgotten, found none")]
    NoClasses,
    /// There are more classes than an enrolment can hold.
    #[error("expected at most {most} classes, found {found}")]
    TooManyClasses {
        /// The most.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// Parts do not make a whole.
    #[error("parts of an enrolment: expected {expected}, found {found}")]
    Parts {
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The file of an enrolment cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}
