//! Everything that can be wrong with a data set.

use std::{io, path::PathBuf};

use crate::format::{cifar::CifarError, idx::IdxError, image_folder::ImageFileError};

/// Everything that can be wrong with a data set: each message names the place, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder cannot be opened, listed or read.
    #[error("{}: cannot be read: {problem}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
    /// A folder holds none of the known formats.
    #[error(
        "{}: no data set found: expected IDX files (train-images-idx3-ubyte), CIFAR-10 batches (data_batch_1.bin) \
         or a folder of images per class",
        path.display()
    )]
    UnknownFormat {
        /// The folder.
        path: PathBuf,
    },
    /// An IDX file is damaged, or does not fit to the others.
    #[error("{}: {problem}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: IdxError,
    },
    /// A file of CIFAR-10 is damaged.
    #[error("{}: {problem}", path.display())]
    Cifar {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: CifarError,
    },
    /// An image cannot be decoded.
    #[error("{}: {problem}", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: ImageFileError,
    },
    /// One of the folders `train` and `test` holds classes and the other is missing.
    #[error("{}: expected the folders train and test, found only {found}", path.display())]
    HalfSplit {
        /// The folder of the data set.
        path: PathBuf,
        /// The folder that exists.
        found: &'static str,
    },
    /// A folder has no folders of classes in it.
    #[error("{}: expected a folder of images per class, found none", path.display())]
    NoClasses {
        /// The folder.
        path: PathBuf,
    },
    /// A class has no readable image.
    #[error("{}: expected at least one readable image of this class, found none", path.display())]
    EmptyClass {
        /// The folder of the class.
        path: PathBuf,
    },
    /// No class of a folder to be split has two images, so that none is left for testing.
    #[error("{}: expected a class of at least two images to take test images from, found none", path.display())]
    NothingToTest {
        /// The folder of the data set.
        path: PathBuf,
    },
    /// A class folder's name is not Unicode text.
    #[error("{}: expected a class name in UTF-8", path.display())]
    ClassName {
        /// The folder of the class.
        path: PathBuf,
    },
    /// Two lists of classes that must hold the same names do not.
    #[error(
        "{place}: expected the {expected} classes of {by}; missing: {}; not expected: {}",
        listed(missing),
        listed(extra)
    )]
    Classes {
        /// The data set or folder.
        place: String,
        /// How many classes were expected.
        expected: usize,
        /// What the expected classes come from.
        by: &'static str,
        /// Expected names that were not found.
        missing: Vec<String>,
        /// Names found that were not expected.
        extra: Vec<String>,
    },
    /// An option's value is out of its range.
    #[error("option {option}: expected {expected}, found {found}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: String,
    },
}

impl DataError {
    pub(crate) fn io(path: impl Into<PathBuf>, problem: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            problem,
        }
    }
}

/// At most five names, so that a thousand classes do not flood the terminal.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len() {
        0 => "none".to_owned(),
        count if count <= SHOWN => names.join(", "),
        count => format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names = |count: usize| (0..count).map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&names(0)), "none");
        assert_eq!(listed(&names(2)), "0, 1");
        assert_eq!(listed(&names(7)), "0, 1, 2, 3, 4 and 2 more");
    }
}
