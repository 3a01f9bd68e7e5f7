//! Where a data set comes from.

use std::{
    convert::Infallible,
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{DataError, format};

/// What a data set was read from.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Four IDX files, plain or gzipped, as MNIST has them.
    Idx,
    /// The binary version of CIFAR-10.
    Cifar10,
    /// A folder of images per class.
    ImageFolder,
    /// The artificial set that is drawn from a seed.
    Shapes,
}

/// Where a data set comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A folder.
    Path(PathBuf),
    /// The artificial set.
    Shapes,
}

impl Source {
    /// `shapes` is always the artificial set; a folder of that name is written `./shapes`. All else is a path.
    pub fn parse(text: &str) -> Self {
        match text {
            "shapes" => Self::Shapes,
            path => Self::Path(path.into()),
        }
    }

    /// Tells the format from the names in the folder.
    ///
    /// # Errors
    /// [`DataError::Io`] if the folder cannot be listed, [`DataError::UnknownFormat`] if it holds no data set.
    pub fn detect(&self) -> Result<Format, DataError> {
        match self {
            Self::Shapes => Ok(Format::Shapes),
            Self::Path(path) => detect(path),
        }
    }
}

fn detect(folder: &Path) -> Result<Format, DataError> {
    let io = |problem| DataError::io(folder, problem);
    let mut subfolders = false;
    let mut found = None;
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        match name.to_str() {
            Some(name) if name.starts_with('.') => {}
            Some(name) if format::idx::is_file_name(name) => found = Some(Format::Idx),
            Some(name) if format::cifar::is_file_name(name) => {
                found = found.or(Some(Format::Cifar10))
            }
            _ => subfolders |= entry.path().is_dir(),
        }
    }
    let folders = subfolders.then_some(Format::ImageFolder);
    found.or(folders).ok_or_else(|| DataError::UnknownFormat {
        path: folder.to_owned(),
    })
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::parse(text))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(formatter),
            Self::Shapes => formatter.write_str("shapes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(names: &[&str]) -> Result<Format, DataError> {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            match name.strip_suffix('/') {
                Some(name) => fs::create_dir(folder.path().join(name)).unwrap(),
                None => fs::write(folder.path().join(name), []).unwrap(),
            }
        }
        Source::Path(folder.path().into()).detect()
    }

    #[test]
    fn shapes_is_a_word_and_all_else_a_path() {
        assert_eq!(Source::parse("shapes"), Source::Shapes);
        assert_eq!("./shapes".parse(), Ok(Source::Path("./shapes".into())));
        assert_eq!(Source::parse("./shapes").to_string(), "./shapes");
        assert_eq!(Source::Shapes.detect().unwrap(), Format::Shapes);
    }

    #[test]
    fn a_format_is_told_from_the_names() {
        assert_eq!(
            detected(&["train-images-idx3-ubyte.gz", "raw/"]).unwrap(),
            Format::Idx
        );
        assert_eq!(detected(&["t10k-labels.idx1-ubyte"]).unwrap(), Format::Idx);
        assert_eq!(detected(&["data_batch_1.bin"]).unwrap(), Format::Cifar10);
        assert_eq!(
            detected(&["cats/", "readme.txt"]).unwrap(),
            Format::ImageFolder
        );
    }

    #[test]
    fn a_folder_without_a_set_is_an_error() {
        for names in [&[][..], &["readme.txt"], &[".git/"]] {
            assert!(
                matches!(detected(names), Err(DataError::UnknownFormat { .. })),
                "{names:?}"
            );
        }
    }

    #[test]
    fn a_missing_folder_and_a_file_are_errors_naming_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [Path::new("no-such-folder"), file.path()] {
            let error = Source::Path(path.into()).detect().unwrap_err();
            assert!(matches!(error, DataError::Io { .. }));
            assert!(error.to_string().contains(&path.display().to_string()));
        }
    }
}
