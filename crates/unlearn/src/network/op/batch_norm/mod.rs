//! Batch normalisation.

mod cpu;
mod operation;
mod planes;

pub use operation::BatchNorm;
