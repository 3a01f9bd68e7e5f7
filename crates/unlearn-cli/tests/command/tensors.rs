//! Changing the tensors of a stored model.

use std::collections::BTreeMap;
use std::path::Path;

use half::f16;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

/// A stored tensor.
pub struct Tensor {
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl Tensor {
    /// Zeros of 32-bit floats.
    pub fn zeros(shape: &[usize]) -> Self {
        Self {
            dtype: Dtype::F32,
            shape: shape.to_vec(),
            bytes: vec![0; 4 * shape.iter().product::<usize>()],
        }
    }

    /// The same numbers as 16-bit floats.
    pub fn to_half(&self) -> Self {
        let (numbers, _) = self.bytes.as_chunks::<4>();
        let halves = numbers
            .iter()
            .map(|bytes| f16::from_f32(f32::from_le_bytes(*bytes)));
        Self {
            dtype: Dtype::F16,
            shape: self.shape.clone(),
            bytes: halves.flat_map(f16::to_le_bytes).collect(),
        }
    }
}

/// Reads a file of tensors, changes them, and writes them under another name
/// with the same description.
pub fn change(from: &Path, to: &Path, change: impl FnOnce(&mut BTreeMap<String, Tensor>)) {
    let bytes = std::fs::read(from).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let stored = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: BTreeMap<String, Tensor> = stored
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let tensor = Tensor {
                dtype: view.dtype(),
                shape: view.shape().to_vec(),
                bytes: view.data().to_vec(),
            };
            (name, tensor)
        })
        .collect();
    change(&mut tensors);
    let views = tensors.iter().map(|(name, tensor)| {
        let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes);
        (name, view.unwrap())
    });
    let bytes = safetensors::serialize(views, header.metadata().clone()).unwrap();
    std::fs::write(to, bytes).unwrap();
}
