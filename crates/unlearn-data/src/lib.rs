//! Data sets for classifiers: bytes in, samples out. No tensor library is needed here.

#![warn(missing_docs)]

mod augmentation;
mod class_match;
mod class_names;
mod dataset;
mod digest;
mod error;
pub mod format;
mod load;
mod natural_order;
mod normalization;
mod options;
mod planes;
mod random;
mod source;
mod split;
mod write;

pub use augmentation::Augmentation;
pub use class_names::{ClassNames, UnknownClass};
pub use dataset::Dataset;
pub use digest::{BadDigest, Digest, Hasher};
pub use error::DataError;
pub use load::load;
pub use normalization::Normalization;
pub use options::LoadOptions;
pub use random::stream;
pub use source::{Format, Source};
pub use split::Split;
