//! One reader per format; their pure functions take bytes and believe nothing that these say.

pub mod cifar;
pub mod idx;
pub mod image_folder;
pub mod shapes;
