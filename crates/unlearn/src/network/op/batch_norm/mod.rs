//! Batch normalisation.

mod operation;

pub use operation::BatchNorm;
