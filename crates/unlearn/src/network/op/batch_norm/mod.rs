//! Batch normalisation.

mod cpu;
mod operation;
mod planes;
mod sizes;
#[cfg(feature = "libtorch")]
mod torch;

pub use operation::BatchNorm;
