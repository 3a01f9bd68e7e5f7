//! Mnemonic codes: one secret random image per class.

mod ask;
mod codebook;
mod error;
mod file;
mod kind;
mod plant;
mod spare;

pub use codebook::Codebook;
pub use error::CodeError;
pub use file::CodesMetadata;
pub use kind::CodeKind;
pub use plant::Planting;
