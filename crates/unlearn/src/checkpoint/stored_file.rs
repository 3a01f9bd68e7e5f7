//! Named tensors in a safetensors file of which only some are read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytemuck::Pod;
use safetensors::tensor::{Dtype, TensorInfo};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::CheckpointError;
use super::tensors::KEY;

/// A safetensors file whose header was read and checked; its tensors are read
/// one by one when they are asked for.
#[derive(Debug)]
pub(crate) struct StoredFile {
    path: PathBuf,
    file: Mutex<File>,
    header: Header,
    /// Where the tensors' bytes begin.
    start: u64,
}

#[derive(Debug, Deserialize)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    tensors: BTreeMap<String, TensorInfo>,
}

/// Bytes of the number that says how long the header is.
const LENGTH: u64 = 8;

/// No header of ours is longer.
const LONGEST_HEADER: u64 = 100 << 20;

impl StoredFile {
    /// Reads and checks the header: every tensor lies within the file.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let read = |source| CheckpointError::Read {
            path: path.into(),
            source,
        };
        let format = |reason: String| CheckpointError::Format {
            path: path.into(),
            reason,
        };
        let mut file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut bytes = [0; LENGTH as usize];
        file.read_exact(&mut bytes).map_err(read)?;
        let header = u64::from_le_bytes(bytes);
        if header > LONGEST_HEADER || header > length - LENGTH {
            return Err(format(format!(
                "expected a header within the file, found one of {header} bytes in {length}"
            )));
        }
        let mut bytes = vec![0; header as usize];
        file.read_exact(&mut bytes).map_err(read)?;
        let start = LENGTH + header;
        let header: Header =
            serde_json::from_slice(&bytes).map_err(|error| format(error.to_string()))?;
        for (name, info) in &header.tensors {
            let (first, end) = info.data_offsets;
            let size = info
                .shape
                .iter()
                .try_fold(1usize, |size, side| size.checked_mul(*side));
            let bits = size.and_then(|size| size.checked_mul(info.dtype.bitsize()));
            let fits = end as u64 <= length - start;
            if !fits
                || end
                    .checked_sub(first)
                    .and_then(|bytes| bytes.checked_mul(8))
                    != bits
            {
                return Err(format(format!(
                    "tensor `{name}`: expected bytes for {:?} of shape {:?} within the file, found {first}..{end}",
                    info.dtype, info.shape
                )));
            }
        }
        Ok(Self {
            path: path.into(),
            file: Mutex::new(file),
            header,
            start,
        })
    }

    /// What the file says of itself.
    pub fn description<T: DeserializeOwned>(
        &self,
        expected: &'static str,
    ) -> Result<T, CheckpointError> {
        let Some(text) = self.header.metadata.get(KEY) else {
            return Err(CheckpointError::Kind {
                path: self.path.clone(),
                expected,
                found: "safetensors without a description by unlearn".into(),
            });
        };
        serde_json::from_str(text).map_err(|error| {
            self.wrong(format!("{error} (expected the description of {expected})"))
        })
    }

    /// That something in the description is wrong.
    pub fn wrong(&self, reason: String) -> CheckpointError {
        CheckpointError::Metadata {
            path: self.path.clone(),
            reason,
        }
    }

    /// A tensor of 32-bit floats, all finite.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let mut numbers = Vec::new();
        self.read_floats(name, shape, &mut numbers)?;
        Ok(numbers)
    }

    /// The same in memory that is there.
    pub fn read_floats(
        &self,
        name: &str,
        shape: &[usize],
        numbers: &mut Vec<f32>,
    ) -> Result<(), CheckpointError> {
        self.read(name, shape, Dtype::F32, numbers)?;
        self.refuse_infinite(name, numbers, |number| *number)
    }

    /// A tensor of 64-bit floats, all finite.
    pub fn doubles(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, CheckpointError> {
        let mut numbers = Vec::new();
        self.read(name, shape, Dtype::F64, &mut numbers)?;
        let float = |number: &f64| {
            if number.is_finite() {
                0.0
            } else {
                *number as f32
            }
        };
        self.refuse_infinite(name, &numbers, float)?;
        Ok(numbers)
    }

    /// A tensor of 16-bit whole numbers.
    pub fn shorts(&self, name: &str, shape: &[usize]) -> Result<Vec<u16>, CheckpointError> {
        let mut numbers = Vec::new();
        self.read_shorts(name, shape, &mut numbers)?;
        Ok(numbers)
    }

    /// The same in memory that is there.
    pub fn read_shorts(
        &self,
        name: &str,
        shape: &[usize],
        numbers: &mut Vec<u16>,
    ) -> Result<(), CheckpointError> {
        self.read(name, shape, Dtype::U16, numbers)
    }

    fn read<T: Pod>(
        &self,
        name: &str,
        shape: &[usize],
        dtype: Dtype,
        numbers: &mut Vec<T>,
    ) -> Result<(), CheckpointError> {
        let Some(info) = self.header.tensors.get(name) else {
            return Err(CheckpointError::Missing {
                path: self.path.clone(),
                name: name.into(),
                shape: shape.to_vec(),
            });
        };
        if info.shape != shape {
            return Err(CheckpointError::Shape {
                path: self.path.clone(),
                name: name.into(),
                expected: shape.to_vec(),
                found: info.shape.clone(),
            });
        }
        if info.dtype != dtype {
            return Err(CheckpointError::Type {
                path: self.path.clone(),
                name: name.into(),
                found: format!("{:?} where {dtype:?} is stored", info.dtype),
            });
        }
        numbers.resize(shape.iter().product(), T::zeroed());
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(numbers);
        let start = self.start + info.data_offsets.0 as u64;
        let mut file = self
            .file
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let read = file.seek(SeekFrom::Start(start));
        read.and_then(|_| file.read_exact(bytes))
            .map_err(|source| CheckpointError::Read {
                path: self.path.clone(),
                source,
            })?;
        if cfg!(target_endian = "big") {
            bytes
                .chunks_exact_mut(size_of::<T>())
                .for_each(<[u8]>::reverse);
        }
        Ok(())
    }

    fn refuse_infinite<T>(
        &self,
        name: &str,
        numbers: &[T],
        float: impl Fn(&T) -> f32,
    ) -> Result<(), CheckpointError> {
        match numbers.iter().position(|number| !float(number).is_finite()) {
            None => Ok(()),
            Some(index) => Err(CheckpointError::NotFinite {
                path: self.path.clone(),
                name: name.into(),
                index,
                found: float(&numbers[index]),
            }),
        }
    }
}
