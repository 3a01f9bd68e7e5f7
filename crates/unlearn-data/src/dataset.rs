//! A data set: a training part and a test part of the same shape and classes.

use crate::{ClassNames, Digest, Format, Hasher, Split, planes};

/// A data set: a training part and a test part of the same shape and classes.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What it was read from.
    pub format: Format,
    /// Channels, height and width of every sample.
    pub shape: [usize; 3],
    /// Names of the classes, in the order of the labels.
    pub classes: ClassNames,
    /// What models learn from.
    pub train: Split,
    /// What models are measured on.
    pub test: Split,
    /// Unreadable files that were left out.
    pub skipped: Vec<String>,
    /// Of everything above but the format and the files left out: shape, class names, pixels and labels.
    pub digest: Digest,
}

impl Dataset {
    /// Puts two parts together.
    ///
    /// # Panics
    /// If the parts differ in shape, or a label has no class.
    pub fn new(format: Format, classes: ClassNames, train: Split, test: Split) -> Self {
        assert_eq!(
            train.shape(),
            test.shape(),
            "shapes of the training and the test part"
        );
        for label in train.labels().iter().chain(test.labels()) {
            assert!(
                (*label as usize) < classes.len(),
                "label {label} of {} classes",
                classes.len()
            );
        }
        let digest = digest(&classes, [&train, &test]);
        Self {
            format,
            shape: train.shape(),
            classes,
            train,
            test,
            skipped: Vec::new(),
            digest,
        }
    }

    /// Resizes to `[height, width]` and converts to `channels` channels, each if given.
    pub(crate) fn converted(self, size: Option<[usize; 2]>, channels: Option<usize>) -> Self {
        let mut shape = self.shape;
        shape[0] = channels.unwrap_or(shape[0]);
        [shape[1], shape[2]] = size.unwrap_or([shape[1], shape[2]]);
        if shape == self.shape {
            return self;
        }
        let convert = |split: &Split| {
            let pixels = (0..split.len())
                .flat_map(|index| {
                    let resized =
                        planes::resize(split.pixels(index), split.shape(), [shape[1], shape[2]]);
                    planes::convert(resized, split.shape()[0], shape[0])
                })
                .collect();
            Split::new(shape, pixels, split.labels().to_vec())
        };
        let (train, test) = (convert(&self.train), convert(&self.test));
        Self {
            skipped: self.skipped,
            ..Self::new(self.format, self.classes, train, test)
        }
    }

    /// Keeps the first `limit` training samples of each class.
    pub(crate) fn limited(self, limit: usize) -> Self {
        let mut counts = vec![0; self.classes.len()];
        let train = self.train.keep(|_, label| {
            counts[label] += 1;
            counts[label] <= limit
        });
        Self {
            skipped: self.skipped,
            ..Self::new(self.format, self.classes, train, self.test)
        }
    }
}

fn digest(classes: &ClassNames, splits: [&Split; 2]) -> Digest {
    let mut hasher = Hasher::new();
    for name in classes.iter() {
        hasher.field(name.as_bytes());
    }
    for split in splits {
        for side in split.shape() {
            hasher.update(&(side as u64).to_le_bytes());
        }
        hasher.field(split.all_pixels());
        let labels: Vec<u8> = split
            .labels()
            .iter()
            .flat_map(|label| label.to_le_bytes())
            .collect();
        hasher.field(&labels);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    fn dataset() -> Dataset {
        let train = Split::new([1, 1, 2], vec![1, 2, 3, 4, 5, 6], vec![0, 1, 1]);
        let test = Split::new([1, 1, 2], vec![7, 8], vec![1]);
        Dataset::new(
            Format::Idx,
            ClassNames::new(names(&["a", "b"])),
            train,
            test,
        )
    }

    #[test]
    fn the_digest_covers_shape_names_pixels_and_labels() {
        let base = dataset();
        assert_eq!(base.digest, dataset().digest);
        let renamed = Dataset {
            classes: ClassNames::new(names(&["a", "c"])),
            ..dataset()
        };
        let relabelled = Dataset {
            train: Split::new([1, 1, 2], vec![1, 2, 3, 4, 5, 6], vec![0, 1, 0]),
            ..dataset()
        };
        let repainted = Dataset {
            test: Split::new([1, 1, 2], vec![7, 9], vec![1]),
            ..dataset()
        };
        let turned = Dataset {
            train: Split::new([1, 2, 1], vec![1, 2, 3, 4, 5, 6], vec![0, 1, 1]),
            test: Split::new([1, 2, 1], vec![7, 8], vec![1]),
            ..dataset()
        };
        for other in [renamed, relabelled, repainted, turned] {
            assert_ne!(
                Dataset::new(other.format, other.classes, other.train, other.test).digest,
                base.digest
            );
        }
    }

    #[test]
    fn a_limit_keeps_the_first_of_each_class_of_the_training_part() {
        let limited = dataset().limited(1);
        assert_eq!(limited.train.labels(), [0, 1]);
        assert_eq!(limited.train.pixels(1), [3, 4]);
        assert_eq!(limited.test, dataset().test);
    }

    #[test]
    fn size_and_channels_are_converted_together() {
        let converted = dataset().converted(Some([1, 1]), Some(3));
        assert_eq!(converted.shape, [3, 1, 1]);
        assert_eq!(converted.test.len(), 1);
        assert_ne!(converted.digest, dataset().digest);
    }

    #[test]
    #[should_panic(expected = "label 1 of 1 classes")]
    fn a_label_without_a_class_is_a_bug() {
        Dataset::new(
            Format::Idx,
            ClassNames::new(names(&["a"])),
            dataset().train,
            dataset().test,
        );
    }
}
