//! Reads a data set from its source, whatever its format.

use crate::{DataError, Dataset, Format, LoadOptions, Source, format};

/// Reads a data set from its source, whatever its format, and brings it into the form that the options ask for.
///
/// The same source and options give the same samples in the same order on every machine.
///
/// # Errors
/// [`DataError`] if an option is out of its range, the source holds no data set or a damaged one, or its classes are
/// not those that the options expect.
pub fn load(source: &Source, options: &LoadOptions) -> Result<Dataset, DataError> {
    options.check()?;
    let dataset = match (source, source.detect()?) {
        (Source::Shapes, _) | (_, Format::Shapes) => {
            let train = options
                .limit_per_class
                .unwrap_or(usize::MAX)
                .min(format::shapes::TRAIN_PER_CLASS);
            format::shapes::draw(options.seed, train, format::shapes::TEST_PER_CLASS)
        }
        (Source::Path(folder), Format::Idx) => format::idx::read_folder(folder)?,
        (Source::Path(folder), Format::Cifar10) => format::cifar::read_folder(folder)?,
        (Source::Path(folder), Format::ImageFolder) => {
            format::image_folder::read_folder(folder, options)?
        }
    };
    let dataset = match &options.classes {
        Some(classes) => dataset.with_classes(classes, &source.to_string())?,
        None => dataset,
    };
    let dataset = match options.limit_per_class {
        Some(limit) => dataset.limited(limit),
        None => dataset,
    };
    Ok(dataset.converted(options.image_size, options.channels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::shapes;

    fn shapes(options: LoadOptions) -> Dataset {
        load(
            &Source::Shapes,
            &LoadOptions {
                limit_per_class: options.limit_per_class.or(Some(2)),
                ..options
            },
        )
        .unwrap()
    }

    #[test]
    fn a_limit_leaves_the_test_part_whole() {
        let set = shapes(LoadOptions::default());
        assert_eq!(
            (set.train.len(), set.test.len()),
            (20, 10 * shapes::TEST_PER_CLASS)
        );
        assert_eq!(set.digest, shapes(LoadOptions::default()).digest);
        assert_ne!(
            set.digest,
            shapes(LoadOptions {
                seed: 1,
                ..Default::default()
            })
            .digest
        );
    }

    #[test]
    fn every_option_is_obeyed() {
        let mut classes = shapes(LoadOptions::default()).classes.names().to_vec();
        classes.reverse();
        let options = LoadOptions {
            image_size: Some([8, 12]),
            channels: Some(1),
            classes: Some(classes),
            ..Default::default()
        };
        let set = shapes(options);
        assert_eq!((set.shape, set.train.shape()), ([1, 8, 12], [1, 8, 12]));
        assert_eq!(set.train.labels()[..3], [9, 8, 7]);
        assert_eq!(set.classes.get(9), Some("circle"));
    }

    #[test]
    fn bad_options_and_classes_are_errors() {
        let bad = LoadOptions {
            channels: Some(2),
            ..Default::default()
        };
        assert!(matches!(
            load(&Source::Shapes, &bad),
            Err(DataError::Option { .. })
        ));
        let other = LoadOptions {
            classes: Some(vec!["cat".to_owned()]),
            ..Default::default()
        };
        let error = load(&Source::Shapes, &other).unwrap_err().to_string();
        assert!(
            error.starts_with("shapes: expected the 1 classes of the model; missing: cat;"),
            "{error}"
        );
    }
}
