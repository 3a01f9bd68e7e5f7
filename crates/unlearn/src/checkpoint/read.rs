//! Reading models.

use std::path::Path;

use burn::tensor::Device;
use serde::Deserialize;

use super::{CheckpointError, Model, ModelMetadata, NamedTensors, StoredFile, StoredTensors};
use crate::network::{Network, Role};

impl Model {
    /// Reads a model. Weights stored as f16, bf16 or f64 are converted.
    ///
    /// # Errors
    /// If the file is not a model of ours, or a tensor is missing, extra, of
    /// another shape or type, or not finite.
    pub fn read(path: &Path, device: &Device) -> Result<Self, CheckpointError> {
        Self::stored(path, &StoredFile::open(path)?, device)
    }

    /// Reads a model from bytes; `path` is named in errors.
    ///
    /// # Errors
    /// As [`Model::read`].
    pub fn parse(path: &Path, bytes: &[u8], device: &Device) -> Result<Self, CheckpointError> {
        Self::stored(path, &StoredTensors::parse(path, bytes)?, device)
    }

    fn stored(
        path: &Path,
        stored: &impl NamedTensors,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        let metadata: ModelMetadata = stored.description("a model")?;
        let network = stored_network(path, stored, &metadata, ("", 0), device)?;
        let names = network.parameters().iter();
        let names: Vec<&str> = names.map(|parameter| parameter.name.as_str()).collect();
        stored.refuse_others(&names)?;
        Ok(Self { network, metadata })
    }
}

/// The network that a description and the tensors under a prefix make, with so many
/// outputs beside those of the classes.
pub(crate) fn stored_network(
    path: &Path,
    stored: &impl NamedTensors,
    metadata: &ModelMetadata,
    (prefix, spare_units): (&str, usize),
    device: &Device,
) -> Result<Network, CheckpointError> {
    check(path, metadata)?;
    // An ensemble's size is a number in the description: what is built of it is bounded by what there is.
    let (expected, found) = (
        metadata.architecture.fewest_tensors(),
        stored.shapes().len(),
    );
    if metadata.architecture.is_ensemble() && expected > found {
        return Err(CheckpointError::Metadata {
            path: path.into(),
            reason: format!(
                "architecture `{}`: expected at least {expected} tensors, found {found}",
                metadata.architecture.name()
            ),
        });
    }
    let graph = metadata
        .architecture
        .build(&metadata.input_shape, metadata.classes.len() + spare_units)
        .map_err(|source| CheckpointError::Network {
            path: path.into(),
            source,
        })?;
    let mut values = Vec::with_capacity(graph.parameters().len());
    for spec in graph.parameters() {
        let name = format!("{prefix}{}", spec.name);
        let numbers = stored.take(&name, &spec.shape)?;
        let negative = numbers.iter().position(|number| *number < 0.0);
        if let (Role::RunningVariance, Some(index)) = (spec.role, negative) {
            return Err(CheckpointError::NegativeVariance {
                path: path.into(),
                name,
                index,
                found: numbers[index],
            });
        }
        values.push(numbers);
    }
    Ok(Network::with_values(graph, values, device))
}

/// All bytes of a file.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    std::fs::read(path).map_err(|source| CheckpointError::Read {
        path: path.into(),
        source,
    })
}

/// Refuses descriptions that contradict themselves.
fn check(path: &Path, metadata: &ModelMetadata) -> Result<(), CheckpointError> {
    let wrong = |reason: String| CheckpointError::Metadata {
        path: path.into(),
        reason,
    };
    if metadata.schema != 1 {
        return Err(wrong(format!(
            "expected schema 1, found {}",
            metadata.schema
        )));
    }
    const LARGEST_SIDE: usize = 1 << 14;
    let sides = metadata.input_shape;
    if sides.iter().any(|side| !(1..=LARGEST_SIDE).contains(side)) {
        return Err(wrong(format!(
            "expected an input shape of 1 to {LARGEST_SIDE} on each axis, found {sides:?}"
        )));
    }
    let [channels, ..] = sides;
    let normalization = &metadata.normalization;
    let usable = |numbers: &[f32]| {
        numbers.len() == channels && numbers.iter().all(|number| number.is_finite())
    };
    let divisible = normalization.std.iter().all(|number| *number > 0.0);
    if !usable(&normalization.mean) || !usable(&normalization.std) || !divisible {
        return Err(wrong(format!(
            "expected a finite mean and a positive deviation for each of {channels} channels"
        )));
    }
    let forgotten = metadata
        .forgotten
        .iter()
        .chain(metadata.forgotten_by.keys());
    for name in forgotten.chain(&metadata.unplanted) {
        if !metadata.classes.names().contains(name) {
            return Err(wrong(format!("class `{name}` is not among the classes")));
        }
    }
    Ok(())
}

/// What a safetensors file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A trained classifier.
    Model,
    /// Mnemonic codes.
    Codes,
    /// A training run to be resumed.
    Training,
    /// What was found out of a model and its codes beforehand.
    Enrolment,
    /// The same of some of the model's classes.
    PartialEnrolment,
}

/// What the file's description says that it holds.
///
/// # Errors
/// If the bytes are not a safetensors file with a description of ours.
pub fn file_kind(path: &Path, bytes: &[u8]) -> Result<FileKind, CheckpointError> {
    #[derive(Deserialize)]
    struct Kind {
        kind: FileKind,
    }
    let kind: Kind = StoredTensors::parse(path, bytes)?.description("a file of unlearn")?;
    Ok(kind.kind)
}
