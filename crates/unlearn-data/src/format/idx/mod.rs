//! IDX, the format of MNIST: big-endian sizes, then bytes.

mod error;
mod folder;
mod names;
mod parse;

pub use error::IdxError;
pub(crate) use folder::read_folder;
pub(crate) use names::is_file_name;
pub use parse::{Idx, parse, parse_gzip};
