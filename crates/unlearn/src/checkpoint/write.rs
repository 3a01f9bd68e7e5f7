//! Writing models.

use super::stored::{Stored, fill, serialize};
use super::{Model, OutputError, OutputFile};
use crate::network::{Network, Role};

/// The parameters as PyTorch's state dict has them.
pub(crate) fn state_dict(network: &Network) -> Vec<(String, Stored<'_>)> {
    let parameters = network.parameters().iter();
    let stored = parameters.map(|parameter| {
        let value = &parameter.value;
        let stored = match parameter.role {
            Role::BatchCount => Stored::integers(&value.to_vec(), value.shape()),
            _ => Stored::value(value),
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

    /// Writes the same bytes to a file, without holding them all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn fill(&self, file: &mut OutputFile) -> Result<(), OutputError> {
        fill(file, &self.metadata, &state_dict(&self.network))
    }
}
