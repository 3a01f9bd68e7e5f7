//! Why a request cannot be carried out.

use thiserror::Error;
use unlearn_data::UnknownClass;

use crate::checkpoint::CheckpointError;
use crate::code::CodeError;
use crate::enrol::EnrolError;
use crate::train::TrainError;
use crate::tune::Stopped;

/// A request to forget was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ForgetError {
    /// A class is not the model's.
    #[error(transparent)]
    UnknownClass(#[from] UnknownClass),
    /// No class was named.
    #[error("expected at least one class to forget, found none")]
    NothingAsked,
    /// Nothing would be left.
    #[error(
        "expected at least one class to keep, found a request that leaves none of the model's {classes}"
    )]
    NothingKept {
        /// How many classes the model has.
        classes: usize,
    },
    /// The model forgot the class earlier.
    #[error(
        "class `{class}`: expected one that the model still knows, found one that it forgot already"
    )]
    AlreadyForgotten {
        /// The class.
        class: String,
    },
    /// The model was trained without the class, or without codes.
    #[error(
        "class `{class}`: expected one whose code was planted while the model was trained, found one whose code was not"
    )]
    NeverPlanted {
        /// The class.
        class: String,
    },
    /// What a method needs is not at hand.
    #[error("method `{method}`: expected {missing}, found none")]
    Missing {
        /// The method.
        method: &'static str,
        /// What it needs, in words.
        missing: String,
    },
    /// The images have another shape than the model's inputs.
    #[error("images: expected shape {expected:?} as the model's input, found {found:?}")]
    ImageShape {
        /// Channels, height, width of the model's input.
        expected: [usize; 3],
        /// Those of an image.
        found: [usize; 3],
    },
    /// The method was stopped before its end.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The network cannot be trained anew.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The codes do not belong to the model.
    #[error(transparent)]
    Codes(#[from] CodeError),
    /// What was found out beforehand cannot be used.
    #[error(transparent)]
    Enrolment(#[from] EnrolError),
    /// Stored sums cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// There is no method of this name.
    #[error("unknown method `{name}`: expected one of {known}")]
    UnknownMethod {
        /// What was asked for.
        name: String,
        /// The names in the catalog.
        known: String,
    },
    /// A minimum was not found.
    #[error("method `{method}`: expected a minimum within {rounds} rounds, found none: {advice}")]
    NotConverged {
        /// The method.
        method: &'static str,
        /// Rounds that were made.
        rounds: usize,
        /// What may help.
        advice: &'static str,
    },
    /// A setting of a method is wrong.
    #[error("method `{method}`: {reason}")]
    Setting {
        /// The method.
        method: &'static str,
        /// Which setting, what was expected and what was found.
        reason: String,
    },
}

impl ForgetError {
    /// The model is an ensemble, and the method is about the classifier layer.
    pub(super) fn no_classifier(method: &'static str) -> Self {
        Self::Setting {
            method,
            reason: "expected a network with a classifier layer of its own, found none".into(),
        }
    }
}
