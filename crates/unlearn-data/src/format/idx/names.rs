//! Names of the four IDX files.

use std::path::{Path, PathBuf};

/// Images, then labels, of the training part, then of the test part.
pub(super) const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// The ways in which a file's name is written in the wild.
fn spellings(name: &str) -> [String; 4] {
    let dotted = name.replace("-idx", ".idx");
    [
        name.to_owned(),
        format!("{name}.gz"),
        dotted.clone(),
        format!("{dotted}.gz"),
    ]
}

/// Whether a name is one of a set of IDX files.
pub(crate) fn is_file_name(name: &str) -> bool {
    NAMES
        .iter()
        .any(|known| spellings(known).iter().any(|spelling| spelling == name))
}

/// The first spelling that exists; if none does, the usual one, for the error to name.
pub(super) fn find(folder: &Path, name: &str) -> PathBuf {
    let paths = spellings(name).map(|spelling| folder.join(spelling));
    paths
        .iter()
        .find(|path| path.exists())
        .unwrap_or(&paths[0])
        .clone()
}
