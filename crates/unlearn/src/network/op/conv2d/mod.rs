//! Two-dimensional convolution.

mod cpu;
mod device;
mod operation;
mod parts;
mod patches;
mod tiles;
mod unfolded;
mod winograd;

pub use operation::Conv2d;
