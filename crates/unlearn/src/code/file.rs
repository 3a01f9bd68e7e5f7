//! Codes on disk.

use std::path::Path;

use serde::{Deserialize, Serialize};
use unlearn_data::{ClassNames, Digest};

use super::spare::{self, StoredUnits};
use super::{CodeError, CodeKind, Codebook};
use crate::checkpoint::{
    CheckpointError, Model, NamedTensors, Stored, StoredTensors, read_bytes, serialize,
};
use crate::means;

/// What a file of codes says of itself; the codes are its tensor `codes`,
/// `[classes, channels, height, width]`. Where spare units were trained, it holds them
/// too: `spare.weight`, `[units, features]`, and `spare.bias`, `[units]`. Where class means were measured:
/// `means.inputs` and `means.detectors`, `[classes, inputs]`, `means.features` and `means.slopes`, `[classes, features]`,
/// and `means.reaches`, `[classes, 1]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodesMetadata {
    /// Says that the file holds codes: `"codes"`.
    pub kind: CodesKind,
    /// Version of this description: 1.
    pub schema: u32,
    /// The distribution that the codes were drawn from.
    pub distribution: CodeKind,
    /// Pixels a side that share one random number.
    pub block: usize,
    /// Digest of the secret seed.
    pub seed: Digest,
    /// Class names in the order of the codes.
    pub classes: ClassNames,
    /// Channels, height, width of a code.
    pub shape: [usize; 3],
    /// Digest of the model that the codes were planted in.
    pub model: Digest,
}

/// The kind of a file that holds codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodesKind {
    /// Mnemonic codes.
    #[default]
    Codes,
}

const TENSOR: &str = "codes";

impl Codebook {
    /// The bytes of the codes' file, bound to the model that they were planted in.
    pub fn to_bytes(&self, model: Digest) -> Vec<u8> {
        let metadata = CodesMetadata {
            kind: CodesKind::Codes,
            schema: 1,
            distribution: self.kind,
            block: self.block,
            seed: self.seed,
            classes: self.classes.clone(),
            shape: self.shape,
            model,
        };
        let [channels, height, width] = self.shape;
        let shape = [self.classes.len(), channels, height, width];
        let stored = Stored::floats(&self.numbers, &shape);
        let spare = StoredUnits::new(&self.spare);
        let means = self.means.iter().flat_map(means::tensors);
        let codes = std::iter::once((TENSOR.to_owned(), stored));
        let tensors = codes.chain(spare.tensors()).chain(means);
        serialize(&metadata, &tensors.collect::<Vec<_>>())
    }

    /// Reads codes with the digest of the model that they were planted in.
    ///
    /// # Errors
    /// If the file does not hold codes of ours, whole and finite.
    pub fn read(path: &Path) -> Result<(Self, CodesMetadata), CheckpointError> {
        Self::parse(path, &read_bytes(path)?)
    }

    /// Reads codes from bytes; `path` is named in errors.
    ///
    /// # Errors
    /// As [`Codebook::read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<(Self, CodesMetadata), CheckpointError> {
        let stored = StoredTensors::parse(path, bytes)?;
        let metadata: CodesMetadata = stored.description("mnemonic codes")?;
        if metadata.schema != 1 || metadata.block == 0 {
            return Err(CheckpointError::Metadata {
                path: path.into(),
                reason: format!(
                    "expected schema 1 and a block of at least 1, found {} and {}",
                    metadata.schema, metadata.block
                ),
            });
        }
        let names = [TENSOR, spare::WEIGHT, spare::BIAS].into_iter();
        stored.refuse_others(&names.chain(means::NAMES).collect::<Vec<_>>())?;
        let [channels, height, width] = metadata.shape;
        let shape = [metadata.classes.len(), channels, height, width];
        let codes = Self {
            kind: metadata.distribution,
            block: metadata.block,
            seed: metadata.seed,
            classes: metadata.classes.clone(),
            shape: metadata.shape,
            numbers: stored.take(TENSOR, &shape)?,
            spare: spare::take(&stored)?,
            means: means::take(&stored, metadata.classes.len())?,
        };
        Ok((codes, metadata))
    }
}

impl CodesMetadata {
    /// Refuses codes that were planted in another model than this one, or than
    /// the one that it was made from by forgetting.
    ///
    /// # Errors
    /// If they were.
    pub fn check_model(&self, model: &Model) -> Result<(), CodeError> {
        let expected = model.origin();
        match self.model == expected {
            true => Ok(()),
            false => Err(CodeError::Model {
                expected,
                found: self.model,
            }),
        }
    }
}
