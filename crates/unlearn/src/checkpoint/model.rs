//! A network with what is needed to use it.

use unlearn_data::{Digest, Hasher};

use super::ModelMetadata;
use crate::network::Network;

/// A classifier with its description.
#[derive(Clone, Debug)]
pub struct Model {
    /// Operations and parameters.
    pub network: Network,
    /// Classes, normalisation, where it comes from.
    pub metadata: ModelMetadata,
}

impl Model {
    /// The digest of the weights: SHA-256 over name, shape and little-endian
    /// 32-bit floats of every parameter and buffer, in the graph's order.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        for parameter in self.network.parameters() {
            hasher.field(parameter.name.as_bytes());
            let shape = parameter.value.shape().iter();
            let shape: Vec<u8> = shape.flat_map(|n| (*n as u64).to_le_bytes()).collect();
            hasher.field(&shape);
            let numbers = parameter.value.to_vec();
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
            hasher.field(&bytes);
        }
        hasher.finish()
    }

    /// The digest of the trained model at the start of a chain of forgetting:
    /// this model's own where it forgot nothing.
    pub fn origin(&self) -> Digest {
        self.metadata.origin.unwrap_or_else(|| self.digest())
    }
}
