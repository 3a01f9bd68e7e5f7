//! A classifier: a graph of operations over named parameters.

pub mod architecture;
mod backward;
mod bytes;
mod classifier_unit;
mod cpu;
mod cross_entropy;
mod device;
mod error;
mod forward;
mod graph;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod network;
pub mod op;
mod outputs;
mod parameter;
#[cfg(feature = "libtorch")]
mod torch;
mod value;

pub(crate) use architecture::autoencoder;
pub use architecture::{Activation, Architecture};
pub use backward::Gradients;
pub use burn::tensor::Device;
pub(crate) use bytes::little_endian;
pub use classifier_unit::ClassifierUnit;
pub(crate) use cpu::wide;
pub use cross_entropy::{CrossEntropy, largest};
pub use device::{Adapter, DeviceError, DeviceName};
pub use error::{NetworkError, ShapeError};
pub use forward::{Halfway, Trace};
pub use graph::{Graph, GraphBuilder, NamedSpec, Node, ValueId};
pub use network::Network;
pub use parameter::{Initialization, Parameter, ParameterSpec, Role};
pub use value::Value;
