//! Mean and standard deviation of the channels.

use serde::{Deserialize, Serialize};

use crate::Split;

/// One grey level, the least standard deviation that is measured.
const LEAST_STD: f64 = 1.0 / 255.0;

/// Per channel, in the pixel scale `[0, 1]`: `x = (pixel / 255 - mean[c]) / std[c]`.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// One mean per channel.
    pub mean: Vec<f32>,
    /// One standard deviation per channel, above zero.
    pub std: Vec<f32>,
}

impl Normalization {
    /// Leaves the pixels at `pixel / 255`.
    pub fn none(channels: usize) -> Self {
        Self {
            mean: vec![0.0; channels],
            std: vec![1.0; channels],
        }
    }

    /// The mean and the standard deviation (divided by `n`, not `n - 1`) of all pixels of each channel.
    ///
    /// A standard deviation under 1/255, one grey level, is raised to it: a channel that is constant in training
    /// would otherwise blow up the least deviation at test time. Of no samples it is [`Normalization::none`].
    pub fn measure(split: &Split) -> Self {
        let [channels, height, width] = split.shape();
        if split.is_empty() {
            return Self::none(channels);
        }
        let mut measured = Self {
            mean: Vec::new(),
            std: Vec::new(),
        };
        for channel in 0..channels {
            // Counts are exact, so that neither the order nor the number of samples adds rounding.
            let mut counts = [0_u64; 256];
            for plane in split
                .all_pixels()
                .chunks_exact(height * width)
                .skip(channel)
                .step_by(channels)
            {
                plane
                    .iter()
                    .for_each(|&pixel| counts[usize::from(pixel)] += 1);
            }
            let total = (split.len() * height * width) as f64;
            let average = |value: &dyn Fn(f64) -> f64| {
                let sum: f64 = counts
                    .iter()
                    .zip(0..)
                    .map(|(&count, pixel)| count as f64 * value(f64::from(pixel)))
                    .sum();
                sum / total
            };
            let mean = average(&|pixel| pixel / 255.0);
            let variance = average(&|pixel| (pixel / 255.0 - mean).powi(2));
            measured.mean.push(mean as f32);
            measured.std.push(variance.sqrt().max(LEAST_STD) as f32);
        }
        measured
    }

    pub(crate) fn apply(&self, channel: usize, pixel: u8) -> f32 {
        (f32::from(pixel) / 255.0 - self.mean[channel]) / self.std[channel]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_measured_apart() {
        let pixels = vec![0, 255, 51, 51, 255, 255, 51, 51];
        let measured = Normalization::measure(&Split::new([2, 1, 2], pixels, vec![0, 0]));
        assert_eq!(measured.mean, [0.75, 0.2]);
        assert!((measured.std[0] - 0.433_012_7).abs() < 1e-6);
        assert_eq!(measured.std[1], 1.0 / 255.0);
    }

    #[test]
    fn nothing_measures_as_none() {
        let split = Split::new([3, 1, 1], vec![], vec![]);
        assert_eq!(Normalization::measure(&split), Normalization::none(3));
    }
}
