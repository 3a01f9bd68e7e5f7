//! A listed folder to a data set.

use std::path::{Path, PathBuf};

use super::{
    decode_all::decode_all,
    listing::{Class, Listing, list},
    stratify::{Labelled, divide},
};
use crate::{ClassNames, DataError, Dataset, Format, LoadOptions, Split, planes};

/// Height and width of the samples unless another size is asked for.
const USUAL_SIZE: [usize; 2] = [32, 32];

/// Reads all images, in natural order of classes and files; a folder that is not divided is split by the seed.
///
/// # Errors
/// [`DataError`] naming the folder or file that is at fault.
pub(crate) fn read_folder(folder: &Path, options: &LoadOptions) -> Result<Dataset, DataError> {
    let mut skipped = Vec::new();
    let (classes, train, test) = match list(folder)? {
        Listing::Divided([train, test]) => {
            let train_images = read(&train, options, &mut skipped)?;
            let test_images = read(&test, options, &mut skipped)?;
            (train, train_images, test_images)
        }
        Listing::Whole(classes) => {
            let images = read(&classes, options, &mut skipped)?;
            let (train, test) = divide(&classes, images, options);
            if test.is_empty() {
                return Err(DataError::NothingToTest {
                    path: folder.to_owned(),
                });
            }
            (classes, train, test)
        }
    };
    let grey = train
        .iter()
        .chain(&test)
        .all(|(_, image)| image.channels == 1);
    let channels = options.channels.unwrap_or(if grey { 1 } else { 3 });
    let [height, width] = options.image_size.unwrap_or(USUAL_SIZE);
    let [train, test] = [train, test].map(|images| split(images, [channels, height, width]));
    let names = ClassNames::new(classes.into_iter().map(|class| class.name).collect());
    Ok(Dataset {
        skipped,
        ..Dataset::new(Format::ImageFolder, names, train, test)
    })
}

fn read(
    classes: &[Class],
    options: &LoadOptions,
    skipped: &mut Vec<String>,
) -> Result<Vec<Labelled>, DataError> {
    let files: Vec<PathBuf> = classes
        .iter()
        .flat_map(|class| &class.files)
        .cloned()
        .collect();
    let size = options.image_size.unwrap_or(USUAL_SIZE);
    let mut decoded = decode_all(&files, size, options.skip_unreadable)?.into_iter();
    let mut images = Vec::with_capacity(files.len());
    for (label, class) in (0..).zip(classes) {
        let before = images.len();
        // As many results as files, in the same order, so each class takes its own.
        for (file, image) in class.files.iter().zip(decoded.by_ref()) {
            match image {
                Ok(image) => images.push((label, image)),
                Err(_) => skipped.push(file.display().to_string()),
            }
        }
        if images.len() == before {
            return Err(DataError::EmptyClass {
                path: class.folder.clone(),
            });
        }
    }
    Ok(images)
}

fn split(images: Vec<Labelled>, shape: [usize; 3]) -> Split {
    let (mut pixels, mut labels) = (
        Vec::with_capacity(images.len() * shape.iter().product::<usize>()),
        Vec::new(),
    );
    for (label, image) in images {
        pixels.extend(planes::convert(image.pixels, image.channels, shape[0]));
        labels.push(label);
    }
    Split::new(shape, pixels, labels)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// Files of one pixel: grey if `value` is even, colour if it is odd, damaged if it is 255.
    fn folder(files: &[(&str, u8)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for &(name, value) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let bytes = match value {
                255 => b"P5 1 1".to_vec(),
                _ if value % 2 == 0 => [b"P5 1 1 255 ", &[value][..]].concat(),
                _ => [b"P6 1 1 255 ", &[value; 3][..]].concat(),
            };
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn options() -> LoadOptions {
        LoadOptions {
            image_size: Some([1, 1]),
            test_fraction: 0.5,
            ..Default::default()
        }
    }

    #[test]
    fn divided_folders_are_read_in_natural_order() {
        let files = [
            ("train/c10/1", 2),
            ("train/c9/10", 6),
            ("train/c9/9", 4),
            ("test/c9/1", 8),
            ("test/c10/1", 10),
        ];
        let dataset = read_folder(folder(&files).path(), &options()).unwrap();
        assert_eq!(dataset.classes.names(), ["c9", "c10"]);
        assert_eq!(
            (dataset.train.labels(), dataset.train.all_pixels()),
            (&[0, 0, 1][..], &[4, 6, 2][..])
        );
        assert_eq!(
            (dataset.test.labels(), dataset.test.all_pixels()),
            (&[0, 1][..], &[8, 10][..])
        );
    }

    #[test]
    fn whole_folders_are_split_and_every_image_is_in_one_part() {
        let files: Vec<(String, u8)> = (0..10)
            .map(|index| {
                (
                    format!("{}/{index}", ["a", "b"][index / 6]),
                    2 * index as u8,
                )
            })
            .collect();
        let files: Vec<(&str, u8)> = files
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let dataset = read_folder(folder(&files).path(), &options()).unwrap();
        assert_eq!(dataset.train.labels(), [0, 0, 0, 1, 1]);
        assert_eq!(dataset.test.labels(), [0, 0, 0, 1, 1]);
        let mut all = [dataset.train.all_pixels(), dataset.test.all_pixels()].concat();
        assert!(dataset.train.all_pixels().is_sorted());
        all.sort();
        assert_eq!(all, (0..10).map(|index| 2 * index).collect::<Vec<u8>>());
    }

    #[test]
    fn one_colour_image_makes_the_set_coloured() {
        let mut files = vec![("a/1", 2), ("a/2", 4), ("b/1", 6), ("b/2", 8)];
        assert_eq!(
            read_folder(folder(&files).path(), &options())
                .unwrap()
                .shape,
            [1, 1, 1]
        );
        files[0].1 = 3;
        let folder = folder(&files);
        assert_eq!(
            read_folder(folder.path(), &options()).unwrap().shape,
            [3, 1, 1]
        );
        let grey = LoadOptions {
            channels: Some(1),
            image_size: None,
            ..options()
        };
        assert_eq!(
            read_folder(folder.path(), &grey).unwrap().shape,
            [1, 32, 32]
        );
    }

    #[test]
    fn unreadable_files_are_named_or_left_out() {
        let folder = folder(&[
            ("a/1", 2),
            ("a/2", 255),
            ("a/3", 4),
            ("b/1", 6),
            ("b/2", 8),
            ("b/notes.txt", 255),
        ]);
        let error = read_folder(folder.path(), &options()).unwrap_err();
        assert!(
            matches!(&error, DataError::Image { path, .. } if path.ends_with("a/2")),
            "{error}"
        );
        let skip = LoadOptions {
            skip_unreadable: true,
            ..options()
        };
        let dataset = read_folder(folder.path(), &skip).unwrap();
        assert_eq!(dataset.train.len() + dataset.test.len(), 4);
        assert_eq!(dataset.skipped.len(), 2);
        assert!(dataset.skipped[1].ends_with("notes.txt"));
    }

    #[test]
    fn a_class_of_unreadable_files_is_empty() {
        let folder = folder(&[("a/1", 2), ("b/1", 255)]);
        let error = read_folder(
            folder.path(),
            &LoadOptions {
                skip_unreadable: true,
                ..options()
            },
        )
        .unwrap_err();
        assert!(
            matches!(&error, DataError::EmptyClass { path } if path.ends_with("b")),
            "{error}"
        );
    }

    #[test]
    fn one_image_per_class_leaves_nothing_to_test() {
        let error = read_folder(folder(&[("a/1", 2), ("b/1", 4)]).path(), &options()).unwrap_err();
        assert!(matches!(error, DataError::NothingToTest { .. }), "{error}");
        let dataset = read_folder(
            folder(&[("a/1", 2), ("b/1", 4), ("b/2", 6)]).path(),
            &options(),
        )
        .unwrap();
        assert_eq!(
            (dataset.train.labels(), dataset.test.labels()),
            (&[0, 1][..], &[1][..])
        );
    }
}
