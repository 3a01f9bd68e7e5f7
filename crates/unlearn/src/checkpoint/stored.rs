//! Tensors to be stored, and the bytes of a file of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use safetensors::View;
use safetensors::tensor::{Dtype, SafeTensorError};
use serde::Serialize;

use super::tensors::KEY;
use super::{OutputError, OutputFile};
use crate::network::{Value, little_endian};

/// A tensor to be stored. A value's bytes are read when they are written, one tensor
/// after the other; numbers in main memory are not copied.
pub(crate) struct Stored<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    numbers: Numbers<'a>,
}

enum Numbers<'a> {
    Bytes(Cow<'a, [u8]>),
    Value(&'a Value),
}

impl<'a> Stored<'a> {
    /// 32-bit floats.
    pub fn floats(numbers: &'a [f32], shape: &[usize]) -> Self {
        Self::bytes(Dtype::F32, little_endian(numbers), shape)
    }

    /// 64-bit floats.
    pub fn doubles(numbers: &'a [f64], shape: &[usize]) -> Self {
        Self::bytes(Dtype::F64, little_endian(numbers), shape)
    }

    /// 16-bit whole numbers.
    pub fn shorts(numbers: &'a [u16], shape: &[usize]) -> Self {
        Self::bytes(Dtype::U16, little_endian(numbers), shape)
    }

    /// 64-bit integers, as PyTorch stores counts.
    pub fn integers(numbers: &[f32], shape: &[usize]) -> Self {
        let bytes = numbers.iter().flat_map(|n| (*n as i64).to_le_bytes());
        Self::bytes(Dtype::I64, Cow::Owned(bytes.collect()), shape)
    }

    /// A value, as 32-bit floats.
    pub fn value(value: &'a Value) -> Self {
        Self {
            dtype: Dtype::F32,
            shape: value.shape().to_vec(),
            numbers: Numbers::Value(value),
        }
    }

    fn bytes(dtype: Dtype, bytes: Cow<'a, [u8]>, shape: &[usize]) -> Self {
        Self {
            dtype,
            shape: shape.to_vec(),
            numbers: Numbers::Bytes(bytes),
        }
    }
}

impl View for &Stored<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        match &self.numbers {
            Numbers::Bytes(bytes) => Cow::Borrowed(bytes),
            Numbers::Value(value) => {
                value.read(|numbers| little_endian(numbers).into_owned().into())
            }
        }
    }
    fn data_len(&self) -> usize {
        match &self.numbers {
            Numbers::Bytes(bytes) => bytes.len(),
            Numbers::Value(value) => value.element_count() * size_of::<f32>(),
        }
    }
}

/// The bytes of a safetensors file with our description.
pub(crate) fn serialize(description: &impl Serialize, tensors: &[(String, Stored<'_>)]) -> Vec<u8> {
    safetensors::serialize(named(tensors), Some(metadata(description)))
        .unwrap_or_else(|error| unreachable!("lengths and shapes agree: {error}"))
}

/// Writes a safetensors file with our description, tensor after tensor: only
/// one of them is held as bytes.
pub(crate) fn fill(
    file: &mut OutputFile,
    description: &impl Serialize,
    tensors: &[(String, Stored<'_>)],
) -> Result<(), OutputError> {
    file.fill_with(|path: &Path| {
        let metadata = Some(metadata(description));
        safetensors::serialize_to_file(named(tensors), metadata, path).map_err(
            |error| match error {
                SafeTensorError::IoError(error) => error,
                error => unreachable!("lengths and shapes agree: {error}"),
            },
        )
    })
}

fn metadata(description: &impl Serialize) -> HashMap<String, String> {
    let description = serde_json::to_string(description)
        .unwrap_or_else(|error| unreachable!("our own descriptions are plain: {error}"));
    HashMap::from([(KEY.to_owned(), description)])
}

fn named<'a>(
    tensors: &'a [(String, Stored<'a>)],
) -> impl Iterator<Item = (&'a String, &'a Stored<'a>)> {
    tensors.iter().map(|(name, stored)| (name, stored))
}
