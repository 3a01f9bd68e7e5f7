//! Models on disk: safetensors with PyTorch's names and layouts.

mod error;
mod metadata;
mod model;
mod named_tensors;
mod output;
mod read;
mod stored;
mod stored_file;
mod tensors;
mod write;

pub use error::CheckpointError;
pub use metadata::ModelMetadata;
pub use model::Model;
pub(crate) use named_tensors::NamedTensors;
pub use output::{OutputError, OutputFile};
pub use read::{FileKind, file_kind};
pub(crate) use read::{read_bytes, stored_network};
pub(crate) use stored::{Stored, fill, serialize};
pub(crate) use stored_file::StoredFile;
pub(crate) use tensors::StoredTensors;
pub(crate) use write::state_dict;
