//! Named tensors in a safetensors file.

use std::path::{Path, PathBuf};

use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::DeserializeOwned;

use super::CheckpointError;

/// The key of our description in a file's metadata.
pub(super) const KEY: &str = "unlearn";

/// The bytes of a safetensors file, checked; tensors are taken out one by one.
pub(crate) struct StoredTensors<'a> {
    path: PathBuf,
    tensors: SafeTensors<'a>,
    description: Option<String>,
}

impl<'a> StoredTensors<'a> {
    /// Checks the frame of a file: header, offsets, lengths.
    pub fn parse(path: &Path, bytes: &'a [u8]) -> Result<Self, CheckpointError> {
        let broken = |error: safetensors::SafeTensorError| CheckpointError::Format {
            path: path.into(),
            reason: error.to_string(),
        };
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().as_ref();
        Ok(Self {
            path: path.into(),
            tensors,
            description: metadata.and_then(|metadata| metadata.get(KEY).cloned()),
        })
    }

    /// What the file says of itself.
    pub fn description<T: DeserializeOwned>(
        &self,
        expected: &'static str,
    ) -> Result<T, CheckpointError> {
        let Some(text) = &self.description else {
            return Err(CheckpointError::Kind {
                path: self.path.clone(),
                expected,
                found: "safetensors without a description by unlearn".into(),
            });
        };
        serde_json::from_str(text).map_err(|error| CheckpointError::Metadata {
            path: self.path.clone(),
            reason: format!("{error} (expected the description of {expected})"),
        })
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Names with shapes, sorted by name.
    pub fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        let tensors = self.tensors.tensors().into_iter();
        let mut shapes: Vec<_> = tensors
            .map(|(name, view)| (name, view.shape().to_vec()))
            .collect();
        shapes.sort();
        shapes
    }

    /// A tensor's numbers as 32-bit floats, all finite, of the shape given.
    pub fn take(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let Ok(view) = self.tensors.tensor(name) else {
            return Err(CheckpointError::Missing {
                path: self.path.clone(),
                name: name.into(),
                shape: shape.to_vec(),
            });
        };
        if view.shape() != shape {
            return Err(CheckpointError::Shape {
                path: self.path.clone(),
                name: name.into(),
                expected: shape.to_vec(),
                found: view.shape().to_vec(),
            });
        }
        let numbers = numbers(&view).ok_or_else(|| CheckpointError::Type {
            path: self.path.clone(),
            name: name.into(),
            found: format!("{:?}", view.dtype()),
        })?;
        match numbers.iter().position(|number| !number.is_finite()) {
            Some(index) => Err(CheckpointError::NotFinite {
                path: self.path.clone(),
                name: name.into(),
                index,
                found: numbers[index],
            }),
            None => Ok(numbers),
        }
    }

    /// Refuses tensors whose names are not in the list.
    pub fn refuse_others(&self, names: &[&str]) -> Result<(), CheckpointError> {
        let shapes = self.shapes();
        match shapes
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            Some((name, _)) => Err(CheckpointError::Extra {
                path: self.path.clone(),
                name: name.clone(),
                expected: names.len(),
            }),
            None => Ok(()),
        }
    }
}

fn numbers(view: &TensorView<'_>) -> Option<Vec<f32>> {
    fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
        let (numbers, rest) = bytes.as_chunks::<N>();
        rest.is_empty()
            .then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
    }
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => each(bytes, f32::from_le_bytes),
        Dtype::F16 => each(bytes, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Dtype::BF16 => each(bytes, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        Dtype::F64 => each(bytes, |bytes| f64::from_le_bytes(bytes) as f32),
        Dtype::I64 => each(bytes, |bytes| i64::from_le_bytes(bytes) as f32),
        _ => None,
    }
}
