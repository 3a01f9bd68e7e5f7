//! The binary version of CIFAR-10: a label, then a red, a green and a blue plane.

mod folder;
mod parse;

pub(crate) use folder::{is_file_name, read_folder};
pub use parse::{CLASSES, CifarError, Records, SHAPE, parse, parse_names};
