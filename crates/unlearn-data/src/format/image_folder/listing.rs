//! The classes and files of a folder, in natural order.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{DataError, class_match::same_names, natural_order};

/// The files of a class.
pub(super) struct Class {
    pub name: String,
    pub folder: PathBuf,
    pub files: Vec<PathBuf>,
}

/// What a folder holds.
pub(super) enum Listing {
    /// `<class>/*`.
    Whole(Vec<Class>),
    /// `train/<class>/*` and `test/<class>/*`, with the same classes.
    Divided([Vec<Class>; 2]),
}

/// Lists a folder. Hidden files count nowhere, and files beside folders of classes do not count.
///
/// A folder `train` or `test` that holds no folders is a class of that name.
///
/// # Errors
/// [`DataError`] if a folder cannot be listed, there are no classes, a class has no files, or the training and the
/// test part do not have the same classes.
pub(super) fn list(folder: &Path) -> Result<Listing, DataError> {
    let parts = ["train", "test"].map(|name| folder.join(name));
    let holds_folders = |path: &PathBuf| -> Result<bool, DataError> {
        Ok(path.is_dir() && entries(path)?.iter().any(|(_, path)| path.is_dir()))
    };
    match (holds_folders(&parts[0])?, holds_folders(&parts[1])?) {
        (true, true) => {
            let [train, test] = [classes(&parts[0])?, classes(&parts[1])?];
            let names = |classes: &[Class]| {
                classes
                    .iter()
                    .map(|class| class.name.clone())
                    .collect::<Vec<_>>()
            };
            let place = parts[1].display().to_string();
            same_names(&names(&train), &names(&test), &place, "the training part")?;
            Ok(Listing::Divided([train, test]))
        }
        (false, false) => Ok(Listing::Whole(classes(folder)?)),
        (train, _) => {
            let found = if train { "train" } else { "test" };
            Err(DataError::HalfSplit {
                path: folder.to_owned(),
                found,
            })
        }
    }
}

fn classes(folder: &Path) -> Result<Vec<Class>, DataError> {
    let mut classes = Vec::new();
    for (name, path) in entries(folder)?
        .into_iter()
        .filter(|(_, path)| path.is_dir())
    {
        if path.file_name().is_some_and(|name| name.to_str().is_none()) {
            return Err(DataError::ClassName { path });
        }
        let files: Vec<PathBuf> = entries(&path)?.into_iter().map(|(_, path)| path).collect();
        if files.is_empty() {
            return Err(DataError::EmptyClass { path });
        }
        classes.push(Class {
            name,
            folder: path,
            files,
        });
    }
    match classes.is_empty() {
        true => Err(DataError::NoClasses {
            path: folder.to_owned(),
        }),
        false => Ok(classes),
    }
}

/// What is in a folder and not hidden, in natural order of the names.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let io = |problem| DataError::io(folder, problem);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    // Names that differ only in what is not Unicode go by their paths.
    entries.sort_by(|(left, left_path), (right, right_path)| {
        natural_order::compare(left, right).then_with(|| left_path.cmp(right_path))
    });
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            match file.ends_with('/') {
                true => fs::create_dir_all(path).unwrap(),
                false => {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, []).unwrap();
                }
            }
        }
        folder
    }

    fn names(classes: &[Class]) -> Vec<(&str, Vec<&str>)> {
        classes
            .iter()
            .map(|class| {
                let files = class
                    .files
                    .iter()
                    .map(|path| path.file_name().unwrap().to_str().unwrap());
                (class.name.as_str(), files.collect())
            })
            .collect()
    }

    #[test]
    fn classes_and_files_are_in_natural_order() {
        let folder = folder(&[
            "s10/1.png",
            "s2/b10",
            "s2/b9",
            "s2/.hidden",
            ".git/x",
            "readme.txt",
        ]);
        let Ok(Listing::Whole(classes)) = list(folder.path()) else {
            panic!("not whole")
        };
        assert_eq!(
            names(&classes),
            [("s2", vec!["b9", "b10"]), ("s10", vec!["1.png"])]
        );
    }

    #[test]
    fn train_and_test_are_told_from_classes() {
        let divided = folder(&[
            "train/a/1",
            "train/b/1",
            "test/a/1",
            "test/b/1",
            "other/c/1",
        ]);
        let Ok(Listing::Divided([train, test])) = list(divided.path()) else {
            panic!("not divided")
        };
        assert_eq!(names(&train), names(&test));
        let classes = folder(&["train/1.png", "plane/1.png"]);
        let Ok(Listing::Whole(classes)) = list(classes.path()) else {
            panic!("not whole")
        };
        assert_eq!(classes.len(), 2);
    }

    #[test]
    fn half_a_split_is_an_error() {
        for (files, expected) in [
            (["train/a/1", "test/1"], "train"),
            (["test/a/1", "b/1"], "test"),
        ] {
            let error = list(folder(&files).path()).err().unwrap();
            assert!(
                matches!(error, DataError::HalfSplit { found, .. } if found == expected),
                "{error}"
            );
        }
    }

    #[test]
    fn other_classes_in_the_test_part_are_an_error() {
        let error = list(folder(&["train/a/1", "train/b/1", "test/a/1", "test/c/1"]).path())
            .err()
            .unwrap();
        let text = error.to_string();
        assert!(text.ends_with("missing: b; not expected: c"), "{text}");
    }

    #[test]
    fn an_empty_class_is_named() {
        let error = list(folder(&["a/1", "b/", "c/1"]).path()).err().unwrap();
        assert!(
            matches!(&error, DataError::EmptyClass { path } if path.ends_with("b")),
            "{error}"
        );
        let error = list(folder(&["1.png"]).path()).err().unwrap();
        assert!(matches!(error, DataError::NoClasses { .. }), "{error}");
    }
}
