//! Interrupted runs on disk.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use unlearn_data::{Digest, Split};

use super::optimizer::{Memory, Optimizer};
use super::trainer::{EpochSums, check_architecture, check_samples, complete, draw_codes};
use super::{TrainError, TrainParameters, TrainSettings, Trainer};
use crate::checkpoint::{
    CheckpointError, ModelMetadata, NamedTensors, Stored, StoredTensors, read_bytes, serialize,
    state_dict, stored_network,
};

/// What a file of an interrupted run says of itself. It holds the secret seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrainingMetadata {
    kind: TrainingKind,
    schema: u32,
    model: ModelMetadata,
    settings: TrainSettings,
    /// Digest of the data set.
    data: Digest,
    /// Steps done.
    step: usize,
    /// Sums over the current epoch.
    sums: EpochSums,
    /// Counts that the optimizer remembers.
    counts: std::collections::BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TrainingKind {
    #[default]
    Training,
}

/// What an interrupted run is about.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptedRun {
    /// What is being trained.
    pub model: ModelMetadata,
    /// How, the secret seed included.
    pub settings: TrainSettings,
    /// Digest of the data set.
    pub data: Digest,
    /// Steps done.
    pub step: usize,
}

impl InterruptedRun {
    /// Reads what a file of an interrupted run says of itself.
    ///
    /// # Errors
    /// If the file is not an interrupted run of ours.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let bytes = read_bytes(path)?;
        let stored = StoredTensors::parse(path, &bytes)?;
        let metadata: TrainingMetadata = stored.description("an interrupted training run")?;
        Ok(Self {
            model: metadata.model,
            settings: metadata.settings,
            data: metadata.data,
            step: metadata.step,
        })
    }
}

/// The first entry in which two descriptions differ, with both of its values; a
/// seed is secret, so its values are not told.
fn difference(before: &Json, now: &Json) -> Option<(String, Json, Json)> {
    let before = before.as_object()?;
    let mut differing = before
        .iter()
        .filter(|(name, value)| now.get(name) != Some(value));
    let (name, value) = differing.next()?;
    match name.as_str() {
        "seed" => Some((name.clone(), json!("that of the run"), json!("another"))),
        _ => Some((
            name.clone(),
            value.clone(),
            now.get(name).cloned().unwrap_or_default(),
        )),
    }
}

const NETWORK: &str = "network.";
const OPTIMIZER: &str = "optimizer.";

impl<'a> Trainer<'a> {
    /// The bytes of a file from which the run can be resumed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let memory = self.optimizer.memory();
        let metadata = TrainingMetadata {
            kind: TrainingKind::Training,
            schema: 1,
            model: self.metadata.clone(),
            settings: self.parameters.settings().clone(),
            data: self.data,
            step: self.step,
            sums: self.sums,
            counts: memory.counts,
        };
        let network = state_dict(&self.network).into_iter();
        let network = network.map(|(name, stored)| (format!("{NETWORK}{name}"), stored));
        let optimizer = memory.tensors.iter().map(|(name, numbers)| {
            let stored = Stored::floats(numbers, &[numbers.len()]);
            (format!("{OPTIMIZER}{name}"), stored)
        });
        serialize(&metadata, &network.chain(optimizer).collect::<Vec<_>>())
    }

    /// Goes on with an interrupted run.
    ///
    /// # Errors
    /// If the file cannot be used, or the run was on other data, of another
    /// network, or with other settings.
    pub fn resume(
        path: &Path,
        metadata: ModelMetadata,
        parameters: TrainParameters,
        samples: &'a Split,
        data: Digest,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let bytes = read_bytes(path)?;
        Self::parse(path, &bytes, metadata, parameters, samples, data, device)
    }

    /// Goes on with an interrupted run read from bytes; `path` is named in errors.
    ///
    /// # Errors
    /// As [`Trainer::resume`].
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        mut metadata: ModelMetadata,
        parameters: TrainParameters,
        samples: &'a Split,
        data: Digest,
        device: &Device,
    ) -> Result<Self, TrainError> {
        check_samples(samples)?;
        check_architecture(&metadata.architecture)?;
        complete(&mut metadata, &parameters, samples, data);
        let stored = StoredTensors::parse(path, bytes)?;
        let found: TrainingMetadata = stored.description("an interrupted training run")?;
        if found.schema != 1 {
            return Err(TrainError::Checkpoint(CheckpointError::Metadata {
                path: path.into(),
                reason: format!("expected schema 1, found {}", found.schema),
            }));
        }
        let differs = |(what, expected, found): (String, Json, Json)| TrainError::Another {
            path: path.into(),
            what,
            expected: expected.to_string(),
            found: found.to_string(),
        };
        let settings = parameters.settings();
        let difference = difference(&json!({ "data": found.data }), &json!({ "data": data }))
            .or_else(|| difference(&json!(found.settings), &json!(settings)))
            .or_else(|| difference(&json!(found.model), &json!(metadata)));
        if let Some(difference) = difference {
            return Err(differs(difference));
        }

        let network = stored_network(
            path,
            &stored,
            &metadata,
            (NETWORK, settings.spare_units),
            device,
        )?;
        let codes = draw_codes(&parameters, &metadata);
        let mut optimizer = Optimizer::new(parameters.optimizer(), network.parameters().len());
        let mut memory = Memory {
            counts: found.counts,
            ..Memory::default()
        };
        let specs = network.parameters().len();
        for (name, shape) in stored.shapes() {
            let Some(suffix) = name.strip_prefix(OPTIMIZER) else {
                let network = network.parameters().iter();
                let mut known = network.map(|parameter| format!("{NETWORK}{}", parameter.name));
                if known.any(|known| known == name) {
                    continue;
                }
                return Err(TrainError::Checkpoint(CheckpointError::Extra {
                    path: path.into(),
                    name: name.into(),
                    expected: specs,
                }));
            };
            let index = suffix
                .split('.')
                .next()
                .and_then(|index| index.parse::<usize>().ok());
            let parameter = index.and_then(|index| network.parameters().get(index));
            let length = parameter.map(|parameter| parameter.value.element_count());
            if length.is_none_or(|length| shape != [length]) {
                return Err(TrainError::Checkpoint(CheckpointError::Shape {
                    path: path.into(),
                    name: name.into(),
                    expected: length.into_iter().collect(),
                    found: shape.to_vec(),
                }));
            }
            memory
                .tensors
                .insert(suffix.to_owned(), stored.take(name, shape)?);
        }
        let (tensors, counts) = (memory.tensors.len(), memory.counts.len());
        optimizer.remember(memory, device);
        let remembered = optimizer.memory();
        let trainer = Self {
            network,
            metadata,
            codes,
            optimizer,
            parameters,
            samples,
            data,
            step: found.step,
            sums: found.sums,
        };
        let trained = trainer.network.parameters().iter();
        let trained = trained
            .filter(|parameter| parameter.role.is_trained())
            .count();
        let whole = remembered.tensors.len() == tensors && remembered.counts.len() == counts;
        let missing = trainer.step > 0 && trainer.optimizer.remembers() && tensors < trained;
        if !whole || missing || !trainer.is_consistent() {
            return Err(TrainError::Checkpoint(CheckpointError::Metadata {
                path: path.into(),
                reason: format!(
                    "expected what the optimizer remembers of {trained} parameters, and sums of \
                     the epoch at one of {} steps; found {tensors} tensors and {counts} counts, \
                     and {:?} at step {}",
                    trainer.steps(),
                    trainer.sums,
                    trainer.step
                ),
            }));
        }
        Ok(trainer)
    }
}
