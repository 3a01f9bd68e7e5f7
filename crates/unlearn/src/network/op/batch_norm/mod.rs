//! Batch normalisation.

mod cpu;
mod operation;
mod planes;
mod sizes;

pub use operation::BatchNorm;
