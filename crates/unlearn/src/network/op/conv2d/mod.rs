//! Two-dimensional convolution.

mod cpu;
mod device;
mod mean_patches;
mod operation;
mod parts;
mod patches;
#[cfg(feature = "libtorch")]
mod torch;
mod unfolded;
mod winograd;

pub use operation::Conv2d;
