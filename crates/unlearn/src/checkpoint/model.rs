//! A network with what is needed to use it.

use unlearn_data::Digest;

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
    /// The digest of the weights: see [`Network::digest`].
    pub fn digest(&self) -> Digest {
        self.network.digest()
    }

    /// The digest of the trained model at the start of a chain of forgetting:
    /// this model's own where it forgot nothing.
    pub fn origin(&self) -> Digest {
        self.metadata.origin.unwrap_or_else(|| self.digest())
    }
}
