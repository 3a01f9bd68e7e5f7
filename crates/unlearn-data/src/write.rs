//! Samples as normalised values, plain or augmented.

use rand_chacha::ChaCha8Rng;

use crate::{Augmentation, Normalization, Split};

impl Split {
    /// Writes sample `index` as `[channels, height, width]`: `x = (pixel / 255 - mean[c]) / std[c]`.
    ///
    /// # Panics
    /// If there is no such sample, or `out` or `normalization` does not fit the shape.
    pub fn write_sample(&self, index: usize, normalization: &Normalization, out: &mut [f32]) {
        self.check(normalization, out);
        let plane = self.shape()[1] * self.shape()[2];
        let planes = self
            .pixels(index)
            .chunks_exact(plane)
            .zip(out.chunks_exact_mut(plane));
        for (channel, (pixels, values)) in planes.enumerate() {
            for (&pixel, value) in pixels.iter().zip(values) {
                *value = normalization.apply(channel, pixel);
            }
        }
    }

    /// Writes sample `index` like [`Split::write_sample`], cropped and flipped as `random` says.
    ///
    /// # Panics
    /// As [`Split::write_sample`].
    pub fn write_augmented(
        &self,
        index: usize,
        normalization: &Normalization,
        augmentation: &Augmentation,
        random: &mut ChaCha8Rng,
        out: &mut [f32],
    ) {
        self.check(normalization, out);
        let [_, height, width] = self.shape();
        let placement = augmentation.draw(random);
        let planes = self
            .pixels(index)
            .chunks_exact(height * width)
            .zip(out.chunks_exact_mut(height * width));
        for (channel, (pixels, values)) in planes.enumerate() {
            for (y, row) in values.chunks_exact_mut(width).enumerate() {
                for (x, value) in row.iter_mut().enumerate() {
                    let pixel = placement
                        .source([height, width], y, x)
                        .map_or(0, |at| pixels[at]);
                    *value = normalization.apply(channel, pixel);
                }
            }
        }
    }

    fn check(&self, normalization: &Normalization, out: &[f32]) {
        assert_eq!(
            out.len(),
            self.sample_len(),
            "values of a sample of shape {:?}",
            self.shape()
        );
        assert_eq!(
            normalization.mean.len(),
            self.shape()[0],
            "means, one per channel"
        );
        assert_eq!(
            normalization.std.len(),
            self.shape()[0],
            "standard deviations, one per channel"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream;

    fn split() -> Split {
        Split::new(
            [1, 2, 2],
            vec![0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8],
            vec![0, 1, 0],
        )
    }

    #[test]
    fn a_sample_is_scaled_then_normalised() {
        let mut out = [0.0; 4];
        split().write_sample(0, &Normalization::none(1), &mut out);
        assert_eq!(out, [0.0, 0.2, 0.4, 1.0]);
        split().write_sample(
            0,
            &Normalization {
                mean: vec![0.5],
                std: vec![0.25],
            },
            &mut out,
        );
        assert_eq!(out[0], -2.0);
        assert_eq!(out[3], 2.0);
    }

    #[test]
    fn augmentation_that_does_nothing_changes_nothing() {
        let (mut plain, mut augmented) = ([0.0; 4], [1.0; 4]);
        let normalization = Normalization {
            mean: vec![0.1],
            std: vec![0.3],
        };
        split().write_sample(2, &normalization, &mut plain);
        let mut random = stream(1, "test");
        split().write_augmented(
            2,
            &normalization,
            &Augmentation::default(),
            &mut random,
            &mut augmented,
        );
        assert_eq!(plain, augmented);
    }

    #[test]
    fn flips_mirror_and_crops_move_with_black_around() {
        let mut random = stream(1, "test");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mut out = [0.0; 4];
            let augmentation = Augmentation {
                pad_crop: 1,
                flip: true,
            };
            split().write_augmented(
                1,
                &Normalization::none(1),
                &augmentation,
                &mut random,
                &mut out,
            );
            seen.insert(out.map(|value| (value * 255.0).round() as u8));
        }
        // Two mirrored images at nine places.
        assert_eq!(seen.len(), 18);
        for image in [
            [1, 2, 3, 4],
            [2, 1, 4, 3],
            [0, 0, 0, 1],
            [0, 0, 0, 2],
            [4, 0, 0, 0],
            [0, 1, 0, 3],
        ] {
            assert!(seen.contains(&image), "{image:?}");
        }
    }
}
