//! What can be asked of named tensors, wherever they are stored.

use std::path::Path;

use half::{bf16, f16};
use safetensors::tensor::Dtype;
use serde::de::DeserializeOwned;

use super::CheckpointError;

/// Tensors stored under names beside a description: in bytes in memory, or in a file.
pub(crate) trait NamedTensors {
    /// The file, as errors name it.
    fn path(&self) -> &Path;

    /// The text of our description, where there is one.
    fn text(&self) -> Option<&str>;

    /// Names with shapes, sorted by name.
    fn shapes(&self) -> Vec<(&str, &[usize])>;

    /// Type and shape of a tensor, where there is one of this name.
    fn info(&self, name: &str) -> Option<(Dtype, &[usize])>;

    /// The numbers of a tensor that is there as 32-bit floats; none where its type is one
    /// that no network of ours has.
    fn floats_of(&self, name: &str) -> Result<Option<Vec<f32>>, CheckpointError>;

    /// What the file says of itself.
    fn description<T: DeserializeOwned>(
        &self,
        expected: &'static str,
    ) -> Result<T, CheckpointError> {
        let Some(text) = self.text() else {
            return Err(CheckpointError::Kind {
                path: self.path().into(),
                expected,
                found: "safetensors without a description by unlearn".into(),
            });
        };
        serde_json::from_str(text).map_err(|error| {
            self.wrong(format!("{error} (expected the description of {expected})"))
        })
    }

    /// That something in the description is wrong.
    fn wrong(&self, reason: String) -> CheckpointError {
        CheckpointError::Metadata {
            path: self.path().into(),
            reason,
        }
    }

    /// The type of a tensor, which must be of the shape given.
    fn checked(&self, name: &str, shape: &[usize]) -> Result<Dtype, CheckpointError> {
        match self.info(name) {
            Some((dtype, found)) if found == shape => Ok(dtype),
            Some((_, found)) => Err(CheckpointError::Shape {
                path: self.path().into(),
                name: name.into(),
                expected: shape.to_vec(),
                found: found.to_vec(),
            }),
            None => Err(CheckpointError::Missing {
                path: self.path().into(),
                name: name.into(),
                shape: shape.to_vec(),
            }),
        }
    }

    /// A tensor's numbers as 32-bit floats, all finite, of the shape given.
    fn take(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let dtype = self.checked(name, shape)?;
        let numbers = self.floats_of(name)?.ok_or_else(|| CheckpointError::Type {
            path: self.path().into(),
            name: name.into(),
            found: format!("{dtype:?}"),
        })?;
        self.refuse_infinite(name, &numbers)?;
        Ok(numbers)
    }

    /// Refuses numbers of a tensor that are not finite.
    fn refuse_infinite(&self, name: &str, numbers: &[f32]) -> Result<(), CheckpointError> {
        match numbers.iter().position(|number| !number.is_finite()) {
            Some(index) => Err(CheckpointError::NotFinite {
                path: self.path().into(),
                name: name.into(),
                index,
                found: numbers[index],
            }),
            None => Ok(()),
        }
    }

    /// Refuses tensors whose names are not in the list.
    fn refuse_others(&self, names: &[&str]) -> Result<(), CheckpointError> {
        let shapes = self.shapes();
        let mut others = shapes.iter().filter(|(name, _)| !names.contains(name));
        match others.next() {
            Some((name, _)) => Err(CheckpointError::Extra {
                path: self.path().into(),
                name: (*name).into(),
                expected: names.len(),
            }),
            None => Ok(()),
        }
    }
}

/// Stored bytes as 32-bit floats; none where the type is one that no network of ours has.
pub(super) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
        let (numbers, rest) = bytes.as_chunks::<N>();
        rest.is_empty()
            .then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
    }
    match dtype {
        Dtype::F32 => each(bytes, f32::from_le_bytes),
        Dtype::F16 => each(bytes, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Dtype::BF16 => each(bytes, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        Dtype::F64 => each(bytes, |bytes| f64::from_le_bytes(bytes) as f32),
        Dtype::I64 => each(bytes, |bytes| i64::from_le_bytes(bytes) as f32),
        _ => None,
    }
}
