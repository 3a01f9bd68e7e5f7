//! Named tensors in a safetensors file of which only some are read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytemuck::Pod;
use safetensors::tensor::{Dtype, TensorInfo};
use serde::Deserialize;

use super::named_tensors::floats;
use super::tensors::KEY;
use super::{CheckpointError, NamedTensors};

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
        let mut places: Vec<_> = header
            .tensors
            .values()
            .map(|info| info.data_offsets)
            .collect();
        places.sort_unstable();
        let end = places.iter().try_fold(0, |end, (first, next)| {
            // One after the other, with nothing between or after them.
            (*first == end).then_some(*next)
        });
        if end.map(|end| end as u64) != Some(length - start) {
            return Err(format(format!(
                "expected tensors that fill {} bytes, found gaps or overlaps",
                length - start
            )));
        }
        Ok(Self {
            path: path.into(),
            file: Mutex::new(file),
            header,
            start,
        })
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
        self.refuse_infinite(name, numbers)
    }

    /// A tensor of 64-bit floats, all finite.
    pub fn doubles(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, CheckpointError> {
        let mut numbers = Vec::new();
        self.read(name, shape, Dtype::F64, &mut numbers)?;
        // What is no finite number is none as a shorter float either.
        let broken = numbers.iter().position(|number: &f64| !number.is_finite());
        if let Some(index) = broken {
            return Err(CheckpointError::NotFinite {
                path: self.path.clone(),
                name: name.into(),
                index,
                found: numbers[index] as f32,
            });
        }
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
        let found = self.checked(name, shape)?;
        if found != dtype {
            return Err(CheckpointError::Type {
                path: self.path.clone(),
                name: name.into(),
                found: format!("{found:?} where {dtype:?} is stored"),
            });
        }
        self.fill(name, numbers)
    }

    /// Reads the numbers of a tensor that is there, of a type that was checked.
    fn fill<T: Pod>(&self, name: &str, numbers: &mut Vec<T>) -> Result<(), CheckpointError> {
        let (first, end) = self.header.tensors[name].data_offsets;
        numbers.resize((end - first) / size_of::<T>(), T::zeroed());
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(numbers);
        let start = self.start + first as u64;
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
}

impl NamedTensors for StoredFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn text(&self) -> Option<&str> {
        self.header.metadata.get(KEY).map(String::as_str)
    }

    fn shapes(&self) -> Vec<(&str, &[usize])> {
        let tensors = self.header.tensors.iter();
        tensors
            .map(|(name, info)| (name.as_str(), info.shape.as_slice()))
            .collect()
    }

    fn info(&self, name: &str) -> Option<(Dtype, &[usize])> {
        let info = self.header.tensors.get(name)?;
        Some((info.dtype, &info.shape))
    }

    fn floats_of(&self, name: &str) -> Result<Option<Vec<f32>>, CheckpointError> {
        match self.header.tensors[name].dtype {
            Dtype::F32 => {
                let mut numbers = Vec::new();
                self.fill(name, &mut numbers).map(|()| Some(numbers))
            }
            dtype => {
                let mut bytes: Vec<u8> = Vec::new();
                self.fill(name, &mut bytes)?;
                Ok(floats(dtype, &bytes))
            }
        }
    }
}
