//! The four IDX files of a data set.

use std::{fs::File, io::BufReader, path::Path};

use flate2::read::MultiGzDecoder;

use super::{
    IdxError,
    names::{NAMES, find},
    parse::{Idx, read},
};
use crate::{ClassNames, DataError, Dataset, Format, Split};

/// Classes of a set whose labels do not go higher.
const USUAL_CLASSES: usize = 10;

/// Reads the four files; the classes are "0" to "9", or to the highest training label if that is higher.
///
/// # Errors
/// [`DataError`] naming the file that is missing, damaged or does not fit to the others.
pub(crate) fn read_folder(folder: &Path) -> Result<Dataset, DataError> {
    let [train_images, train_labels, test_images, test_labels] =
        NAMES.map(|name| find(folder, name));
    let (size, train_pixels) = images(&train_images)?;
    let train = labels(&train_labels, train_pixels.len() / (size[0] * size[1]))?;
    let (test_size, test_pixels) = images(&test_images)?;
    if test_size != size {
        return Err(idx_error(
            &test_images,
            IdxError::ImageSize {
                expected: size,
                found: test_size,
            },
        ));
    }
    let test = labels(&test_labels, test_pixels.len() / (size[0] * size[1]))?;
    let highest = train.iter().copied().max().map_or(0, usize::from);
    let classes = USUAL_CLASSES.max(highest + 1);
    if let Some(index) = test.iter().position(|&label| usize::from(label) >= classes) {
        return Err(idx_error(
            &test_labels,
            IdxError::Label {
                index,
                largest: classes - 1,
                found: test[index],
            },
        ));
    }
    let split = |pixels, labels: Vec<u8>| {
        Split::new(
            [1, size[0], size[1]],
            pixels,
            labels.into_iter().map(u32::from).collect(),
        )
    };
    let (train, test) = (split(train_pixels, train), split(test_pixels, test));
    Ok(Dataset::new(
        Format::Idx,
        ClassNames::numbered(classes),
        train,
        test,
    ))
}

fn idx_error(path: &Path, problem: IdxError) -> DataError {
    DataError::Idx {
        path: path.to_owned(),
        problem,
    }
}

fn images(path: &Path) -> Result<([usize; 2], Vec<u8>), DataError> {
    let idx = open(path)?;
    match idx.sizes[..] {
        [_, height, width] => Ok(([height, width], idx.values)),
        _ => Err(dimensions(path, "images", 3, &idx)),
    }
}

fn labels(path: &Path, expected: usize) -> Result<Vec<u8>, DataError> {
    let idx = open(path)?;
    match idx.sizes[..] {
        [found] if found == expected => Ok(idx.values),
        [found] => Err(idx_error(path, IdxError::Count { expected, found })),
        _ => Err(dimensions(path, "labels", 1, &idx)),
    }
}

fn dimensions(path: &Path, what: &'static str, expected: usize, idx: &Idx) -> DataError {
    idx_error(
        path,
        IdxError::Dimensions {
            what,
            expected,
            found: idx.sizes.len(),
        },
    )
}

fn open(path: &Path) -> Result<Idx, DataError> {
    let file = File::open(path).map_err(|problem| DataError::io(path, problem))?;
    let file = BufReader::new(file);
    let idx = if path.extension().is_some_and(|extension| extension == "gz") {
        read(MultiGzDecoder::new(file))
    } else {
        read(file)
    };
    idx.map_err(|problem| idx_error(path, problem))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn file(sizes: &[u8], values: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, sizes.len() as u8];
        sizes.iter().for_each(|&size| bytes.extend([0, 0, 0, size]));
        bytes.extend(values);
        bytes
    }

    /// Two training images and one test image of 1x2 pixels.
    fn folder(train_labels: &[u8], test_label: u8) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
        write("train-images-idx3-ubyte", file(&[2, 1, 2], &[1, 2, 3, 4]));
        write(
            "train-labels.idx1-ubyte",
            file(&[train_labels.len() as u8], train_labels),
        );
        write("t10k-images-idx3-ubyte", file(&[1, 1, 2], &[5, 6]));
        write("t10k-labels-idx1-ubyte", file(&[1], &[test_label]));
        folder
    }

    fn problem(folder: &TempDir) -> (String, IdxError) {
        match read_folder(folder.path()) {
            Err(DataError::Idx { path, problem }) => {
                (path.file_name().unwrap().to_string_lossy().into(), problem)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn four_files_make_a_set() {
        let dataset = read_folder(folder(&[3, 9], 7).path()).unwrap();
        assert_eq!(dataset.shape, [1, 1, 2]);
        assert_eq!(dataset.classes, ClassNames::numbered(10));
        assert_eq!(
            (dataset.train.labels(), dataset.train.pixels(1)),
            (&[3, 9][..], &[3, 4][..])
        );
        assert_eq!(dataset.test.label(0), 7);
        assert_eq!(
            read_folder(folder(&[0, 46], 12).path())
                .unwrap()
                .classes
                .len(),
            47
        );
    }

    #[test]
    fn test_labels_outside_the_classes_are_errors() {
        let (name, error) = problem(&folder(&[3, 9], 10));
        assert_eq!(name, "t10k-labels-idx1-ubyte");
        assert_eq!(
            error.to_string(),
            "label 0: expected a class from 0 to 9, found 10"
        );
    }

    #[test]
    fn files_that_do_not_fit_together_are_errors() {
        let (name, error) = problem(&folder(&[1, 2, 3], 0));
        assert_eq!(name, "train-labels.idx1-ubyte");
        assert!(matches!(
            error,
            IdxError::Count {
                expected: 2,
                found: 3
            }
        ));
        let folder = folder(&[1, 2], 0);
        fs::write(
            folder.path().join("t10k-images-idx3-ubyte"),
            file(&[1, 2, 2], &[0; 4]),
        )
        .unwrap();
        assert!(matches!(
            problem(&folder).1,
            IdxError::ImageSize {
                expected: [1, 2],
                found: [2, 2]
            }
        ));
        fs::write(
            folder.path().join("t10k-images-idx3-ubyte"),
            file(&[2], &[0; 2]),
        )
        .unwrap();
        assert!(matches!(
            problem(&folder).1,
            IdxError::Dimensions {
                expected: 3,
                found: 1,
                ..
            }
        ));
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = folder(&[1, 2], 0);
        fs::remove_file(folder.path().join("t10k-labels-idx1-ubyte")).unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert!(
            matches!(&error, DataError::Io { path, .. } if path.ends_with("t10k-labels-idx1-ubyte")),
            "{error}"
        );
    }
}
