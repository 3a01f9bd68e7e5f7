//! A folder of images per class: `train/<class>/*` and `test/<class>/*`, or `<class>/*` to be split.

mod decode;
mod decode_all;
mod jpeg;
mod listing;
mod read;
mod stratify;

pub use decode::{Decoded, ImageFileError, decode};
pub(crate) use read::read_folder;
