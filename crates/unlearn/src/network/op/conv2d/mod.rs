//! Two-dimensional convolution.

mod cpu;
mod device;
mod operation;
mod patches;

pub use operation::Conv2d;
