//! Named tensors in the bytes of a safetensors file.

use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, Metadata};

use super::named_tensors::floats;
use super::{CheckpointError, NamedTensors};

/// The key of our description in a file's metadata.
pub(super) const KEY: &str = "unlearn";

/// The bytes of a safetensors file, checked; tensors are taken out one by one.
pub(crate) struct StoredTensors<'a> {
    path: PathBuf,
    tensors: SafeTensors<'a>,
    header: Metadata,
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
        Ok(Self {
            path: path.into(),
            tensors,
            header,
        })
    }
}

impl NamedTensors for StoredTensors<'_> {
    fn path(&self) -> &Path {
        &self.path
    }

    fn text(&self) -> Option<&str> {
        let metadata = self.header.metadata().as_ref()?;
        metadata.get(KEY).map(String::as_str)
    }

    fn shapes(&self) -> Vec<(&str, &[usize])> {
        let names = self.tensors.names().into_iter();
        let shapes = names.filter_map(|name| Some((name, self.info(name)?.1)));
        let mut shapes: Vec<_> = shapes.collect();
        shapes.sort_unstable();
        shapes
    }

    fn info(&self, name: &str) -> Option<(Dtype, &[usize])> {
        let info = self.header.info(name)?;
        Some((info.dtype, &info.shape))
    }

    fn floats_of(&self, name: &str) -> Result<Option<Vec<f32>>, CheckpointError> {
        let view = self.tensors.tensor(name).ok();
        Ok(view.and_then(|view| floats(view.dtype(), view.data())))
    }
}
