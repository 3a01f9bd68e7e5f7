//! Architectures: small builders that emit a graph.

mod cnn;
mod mlp;
mod resnet;
mod settings;

pub use settings::{Activation, Architecture};
