//! Architectures: small builders that emit a graph.

mod arcane;
mod cnn;
mod mlp;
mod resnet;
mod settings;
mod sisa;

pub(crate) use arcane::autoencoder;
pub(crate) use settings::MOST_SHARDS;
pub use settings::{Activation, Architecture};
