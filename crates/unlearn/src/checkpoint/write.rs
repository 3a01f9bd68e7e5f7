//! Writing models.

use super::tensors::Stored;
use super::{Model, serialize};
use crate::network::{Network, Role};

/// The parameters as PyTorch's state dict has them.
pub(crate) fn state_dict(network: &Network) -> Vec<(String, Stored)> {
    let parameters = network.parameters().iter();
    let stored = parameters.map(|parameter| {
        let (numbers, shape) = (parameter.value.to_vec(), parameter.value.shape());
        let stored = match parameter.role {
            Role::BatchCount => Stored::integers(&numbers, shape),
            _ => Stored::floats(&numbers, shape),
        };
        (parameter.name.clone(), stored)
    });
    stored.collect()
}

impl Model {
    /// The bytes of the model's file. The same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serialize(&self.metadata, &state_dict(&self.network))
    }
}
