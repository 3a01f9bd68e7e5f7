//! Devices by name: which there are, which this build has, and how to get at them.

mod adapter;
mod error;
#[cfg(feature = "wgpu")]
mod graphics;
#[cfg(feature = "libtorch")]
mod libtorch;
mod name;
mod open;

pub use adapter::Adapter;
pub use error::DeviceError;
pub use name::DeviceName;
