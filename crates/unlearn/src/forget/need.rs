//! What a method needs beside the model.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a method needs beside the model and the names of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The codes that were planted while the model was trained.
    Codes,
    /// Training images of the classes that are kept.
    KeptImages,
    /// Training images of the classes that are forgotten.
    ForgottenImages,
    /// The recipe that the model was trained by.
    Recipe,
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Codes => "the codes that were planted in the model",
            Self::KeptImages => "training images of the kept classes",
            Self::ForgottenImages => "training images of the forgotten classes",
            Self::Recipe => "the recipe that the model was trained by",
        })
    }
}
