//! Images of forgotten classes with the models' answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use serde::{Deserialize, Serialize};
use unlearn::audit::{Answer, Context, ask};
use unlearn::data::Split;

/// An image with the models' answers to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRecord {
    /// Its class.
    pub class: String,
    /// The image as PNG, base64.
    pub png: String,
    /// Per model, in the record's order of models.
    pub answers: Vec<Answer>,
}

/// How many images are shown.
const SHOWN: usize = 8;

impl SampleRecord {
    /// The first test images of the forgotten classes, evenly over the classes,
    /// that the audit has.
    pub(super) fn of(context: &Context<'_>) -> Vec<Self> {
        let each = SHOWN.div_ceil(context.forgotten.len().max(1));
        let mut indices = Vec::new();
        for class in &context.forgotten {
            let of_class = (0..context.test.len()).filter(|at| context.test.label(*at) == *class);
            indices.extend(of_class.take(each));
        }
        indices.truncate(SHOWN);
        let images = context.test.select(&indices);
        let answers: Vec<Vec<Answer>> = context
            .subjects
            .iter()
            .map(|subject| ask(subject, &images))
            .collect();
        let names = context.before().model.metadata.classes.names();
        let samples = (0..images.len()).map(|index| Self {
            class: names[images.label(index)].clone(),
            png: STANDARD.encode(png(&images, index)),
            answers: answers
                .iter()
                .map(|of_model| of_model[index].clone())
                .collect(),
        });
        samples.collect()
    }
}

/// One image as PNG, grey or in colours.
fn png(images: &Split, index: usize) -> Vec<u8> {
    let [channels, height, width] = images.shape();
    let planes = images.pixels(index);
    let place = height * width;
    let (kind, pixels): (_, Vec<u8>) = match channels {
        3 => {
            let pixels = (0..place).flat_map(|at| [0, 1, 2].map(|c| planes[c * place + at]));
            (ExtendedColorType::Rgb8, pixels.collect())
        }
        _ => (ExtendedColorType::L8, planes[..place].to_vec()),
    };
    let side = |length: usize| length.try_into().unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, side(width), side(height), kind)
        .unwrap_or_else(|error| {
            unreachable!("as many pixels as the sides say, in memory: {error}")
        });
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_become_pixels() {
        let images = Split::new([3, 1, 2], vec![1, 2, 3, 4, 5, 6], vec![0]);
        let read = image::load_from_memory(&png(&images, 0)).unwrap().to_rgb8();
        assert_eq!(read.into_raw(), [1, 3, 5, 2, 4, 6]);
        let grey = Split::new([1, 2, 1], vec![9, 8], vec![0]);
        let read = image::load_from_memory(&png(&grey, 0)).unwrap().to_luma8();
        assert_eq!((read.dimensions(), read.into_raw()), ((1, 2), vec![9, 8]));
    }
}
