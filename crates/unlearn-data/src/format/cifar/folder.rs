//! The six files of CIFAR-10, and its class names.

use std::{fs, io::ErrorKind, path::Path};

use super::parse::{CLASSES, SHAPE, parse, parse_names};
use crate::{ClassNames, DataError, Dataset, Format, Split};

const TRAIN: [&str; 5] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
];
const TEST: [&str; 1] = ["test_batch.bin"];
const NAMES: &str = "batches.meta.txt";

/// The class names, used where the file of names is not there.
const USUAL_NAMES: [&str; CLASSES] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Whether a name is one of the batches.
pub(crate) fn is_file_name(name: &str) -> bool {
    TRAIN.iter().chain(&TEST).any(|&known| known == name)
}

/// Reads the batches in order, and the class names if they are there.
///
/// # Errors
/// [`DataError`] naming the file that is missing or damaged.
pub(crate) fn read_folder(folder: &Path) -> Result<Dataset, DataError> {
    let classes = ClassNames::new(names(folder)?);
    let (train, test) = (batches(folder, &TRAIN)?, batches(folder, &TEST)?);
    Ok(Dataset::new(Format::Cifar10, classes, train, test))
}

fn names(folder: &Path) -> Result<Vec<String>, DataError> {
    let path = folder.join(NAMES);
    match fs::read(&path) {
        Ok(bytes) => parse_names(&bytes).map_err(|problem| DataError::Cifar { path, problem }),
        Err(problem) if problem.kind() == ErrorKind::NotFound => {
            Ok(USUAL_NAMES.map(str::to_owned).to_vec())
        }
        Err(problem) => Err(DataError::io(path, problem)),
    }
}

fn batches(folder: &Path, names: &[&str]) -> Result<Split, DataError> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for name in names {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|problem| DataError::io(&path, problem))?;
        let records = parse(&bytes).map_err(|problem| DataError::Cifar { path, problem })?;
        pixels.extend(records.pixels);
        labels.extend(records.labels.into_iter().map(u32::from));
    }
    Ok(Split::new(SHAPE, pixels, labels))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (label, name) in TRAIN.iter().chain(&TEST).enumerate() {
            let record = [vec![label as u8], vec![label as u8 + 100; 3072]].concat();
            fs::write(folder.path().join(name), record).unwrap();
        }
        folder
    }

    #[test]
    fn batches_follow_each_other() {
        let dataset = read_folder(folder().path()).unwrap();
        assert_eq!(dataset.train.labels(), [0, 1, 2, 3, 4]);
        assert_eq!(dataset.test.labels(), [5]);
        assert_eq!(dataset.test.pixels(0)[0], 105);
        assert_eq!(dataset.classes.get(9), Some("truck"));
    }

    #[test]
    fn names_are_taken_from_their_file() {
        let folder = folder();
        fs::write(folder.path().join(NAMES), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n").unwrap();
        assert_eq!(
            read_folder(folder.path()).unwrap().classes.get(9),
            Some("j")
        );
        fs::write(folder.path().join(NAMES), "a\n").unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert!(
            matches!(&error, DataError::Cifar { path, .. } if path.ends_with(NAMES)),
            "{error}"
        );
    }

    #[test]
    fn a_missing_or_damaged_batch_is_named() {
        let folder = folder();
        fs::write(folder.path().join(TRAIN[3]), [0; 9]).unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert!(
            matches!(&error, DataError::Cifar { path, .. } if path.ends_with(TRAIN[3])),
            "{error}"
        );
        fs::remove_file(folder.path().join(TRAIN[3])).unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert!(
            matches!(&error, DataError::Io { path, .. } if path.ends_with(TRAIN[3])),
            "{error}"
        );
    }
}
