//! The images of an original: to train with, to choose settings by, to measure with.

use std::ops::Range;
use std::path::Path;

use rand::seq::SliceRandom;
use unlearn::data::{
    ClassNames, Dataset, Digest, LoadOptions, Source as DataSource, Split, load, stream,
};
use unlearn_report::DataSummary;

use crate::CompareError;
use crate::source::Source;

/// The images of an original.
#[derive(Clone, Debug)]
pub(crate) struct DataPart {
    /// Where they are from and how they are read.
    name: String,
    reading: LoadOptions,
    /// Digest of the whole set and of how it is divided.
    pub key: (Digest, Option<f64>),
    /// The training images that are left.
    pub train: Split,
    /// Training images that no training sees, to choose settings by.
    pub held_out: Option<Split>,
    pub test: Split,
    pub classes: ClassNames,
    /// What is left, for records.
    pub summary: DataSummary,
    /// The digest of what is left.
    pub digest: Digest,
}

/// How to read the images of an original.
pub(crate) struct Wanted<'a> {
    pub folder: &'a Path,
    pub name: &'a str,
    pub reading: &'a LoadOptions,
    /// The part of each class that is held out.
    pub held_out: Option<f64>,
    /// Where in the experiment file it is named.
    pub span: Range<usize>,
}

impl DataPart {
    /// # Errors
    /// If the set cannot be read, or has no images to train or to measure with.
    pub fn read(wanted: &Wanted<'_>, source: &Source) -> Result<Self, CompareError> {
        let place = match DataSource::parse(wanted.name) {
            DataSource::Shapes => DataSource::Shapes,
            DataSource::Path(path) => DataSource::Path(wanted.folder.join(path)),
        };
        let refuse = |reason: String| source.error(wanted.span.clone(), reason);
        let whole = load(&place, wanted.reading).map_err(|error| refuse(error.to_string()))?;
        for (part, images) in [("training", &whole.train), ("test", &whole.test)] {
            if images.is_empty() {
                return Err(refuse(format!("expected {part} images, found none")));
            }
        }
        let key = (whole.digest, wanted.held_out);
        let (left, held_out) = match wanted.held_out {
            Some(part) => {
                let [train, held_out] = divided(&whole.train, part);
                let left = Dataset::new(whole.format, whole.classes, train, whole.test);
                let left = Dataset {
                    skipped: whole.skipped,
                    ..left
                };
                (left, Some(held_out))
            }
            None => (whole, None),
        };
        Ok(Self {
            name: wanted.name.to_owned(),
            reading: wanted.reading.clone(),
            key,
            summary: DataSummary::new(wanted.name.to_owned(), &left),
            digest: left.digest,
            classes: left.classes,
            train: left.train,
            test: left.test,
            held_out,
        })
    }

    /// Whether it is what is wanted.
    pub fn is(&self, wanted: &Wanted<'_>) -> bool {
        self.name == wanted.name && self.reading == *wanted.reading
    }
}

/// What is left, and a part of each class's images held out; always the same ones, in their order.
fn divided(images: &Split, part: f64) -> [Split; 2] {
    let classes = images
        .labels()
        .iter()
        .max()
        .map_or(0, |label| *label as usize + 1);
    let mut is_held_out = vec![false; images.len()];
    for class in 0..classes {
        let of_class = (0..images.len()).filter(|index| images.label(*index) == class);
        let mut of_class: Vec<usize> = of_class.collect();
        of_class.shuffle(&mut stream(0, &format!("held out/{class}")));
        let count = (part * of_class.len() as f64).round() as usize;
        of_class[..count]
            .iter()
            .for_each(|index| is_held_out[*index] = true);
    }
    [false, true].map(|wanted| {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for index in (0..images.len()).filter(|index| is_held_out[*index] == wanted) {
            pixels.extend_from_slice(images.pixels(index));
            labels.push(images.labels()[index]);
        }
        Split::new(images.shape(), pixels, labels)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_part_of_every_class_is_held_out() {
        let labels: Vec<u32> = (0..40).map(|index| index % 4).collect();
        let images = Split::new([1, 1, 1], (0..40).collect(), labels);
        let [left, held_out] = divided(&images, 0.2);
        assert_eq!((left.len(), held_out.len()), (32, 8));
        for class in 0..4 {
            assert_eq!(held_out.of_classes(&[class]).len(), 2);
        }
        assert_eq!(divided(&images, 0.2), [left.clone(), held_out.clone()]);
        let mut pixels = [left.all_pixels(), held_out.all_pixels()].concat();
        pixels.sort_unstable();
        assert_eq!(pixels, (0..40).collect::<Vec<u8>>());
        assert!(left.all_pixels().is_sorted(), "the order is kept");
    }
}
