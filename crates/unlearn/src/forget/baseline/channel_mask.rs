//! Which class uses which channel.

use crate::network::{Device, Value};
use crate::train::Optimizer;
use crate::tune::TuneSettings;

/// Of the masks' entries only this part need not be paid for.
const FREE_PART: f64 = 0.1;
/// What entangled masks cost beside large ones.
const ENTANGLEMENT: f64 = 0.1;

/// M, `[channels, classes]`: how much class c uses channel k of the last maps, from 0 to 1 (Lin et al.,
/// CVPR 2023).
pub struct ChannelMask {
    entries: Vec<f32>,
    classes: usize,
    optimizer: Optimizer,
}

impl ChannelMask {
    /// All entries 0.5.
    pub fn new(channels: usize, classes: usize, settings: &TuneSettings) -> Self {
        Self {
            entries: vec![0.5; channels * classes],
            classes,
            optimizer: Optimizer::new(settings.rule(), 1),
        }
    }

    /// The channels' factors for samples of these classes, `M[:, y]`: `[samples, channels]`.
    pub fn of_labels(&self, labels: &[usize], device: &Device) -> Value {
        let channels = self.entries.chunks_exact(self.classes);
        let rows = labels
            .iter()
            .flat_map(|label| channels.clone().map(|of_channel| of_channel[*label]));
        let shape = [labels.len(), channels.len()];
        Value::from_vec(rows.collect(), &shape, device)
    }

    /// One step by the gradient of a loss at [`ChannelMask::of_labels`], `[samples, channels]`, and of
    /// `penalty (relu(|M|_1 - 0.1 K C) + 0.1 sum_{i < j} M_i . M_j)`.
    pub fn step(&mut self, labels: &[usize], at_rows: &Value, penalty: f64, rate: f64) {
        let all: f64 = self.entries.iter().copied().map(f64::from).sum();
        let size = match all > FREE_PART * self.entries.len() as f64 {
            true => 1.0,
            false => 0.0,
        };
        let channels = self.entries.chunks_exact(self.classes);
        let count = channels.len();
        let of_channel = |channel: &[f32]| -> Vec<f64> {
            let sum: f64 = channel.iter().copied().map(f64::from).sum();
            let others = channel.iter().map(move |entry| sum - f64::from(*entry));
            others
                .map(|others| penalty * (size + ENTANGLEMENT * others))
                .collect()
        };
        let mut gradient: Vec<f64> = channels.flat_map(of_channel).collect();
        let rows = at_rows.to_vec();
        for (label, row) in labels.iter().zip(rows.chunks_exact(count)) {
            for (channel, slope) in row.iter().enumerate() {
                gradient[channel * self.classes + label] += f64::from(*slope);
            }
        }
        let device = at_rows.device();
        let value = |numbers: Vec<f32>| {
            let shape = [numbers.len()];
            Value::from_vec(numbers, &shape, &device)
        };
        let gradient = value(gradient.into_iter().map(|slope| slope as f32).collect());
        let now = value(std::mem::take(&mut self.entries));
        self.entries = self.optimizer.moved(0, now, gradient, rate).into_vec();
    }

    /// Divides each channel's entries by their largest and holds them in [0, 1].
    pub fn settle(&mut self) {
        for channel in self.entries.chunks_exact_mut(self.classes) {
            let largest = channel.iter().copied().fold(0.0_f32, f32::max);
            for entry in channel {
                *entry = match largest > 0.0 {
                    true => (*entry / largest).clamp(0.0, 1.0),
                    false => 0.0,
                };
            }
        }
    }

    /// Per channel 1 where no entry of these classes is above `level`, else 0.
    pub fn unused_by(&self, classes: &[usize], level: f64) -> Vec<f32> {
        let channels = self.entries.chunks_exact(self.classes);
        let unused = channels.map(|of_channel| {
            let mut entries = classes.iter().map(|class| of_channel[*class]);
            entries.all(|entry| f64::from(entry) <= level)
        });
        unused.map(|unused| f32::from(u8::from(unused))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two channels, three classes; plain steps.
    fn mask(entries: [f32; 6]) -> ChannelMask {
        let plain = TuneSettings {
            momentum: 0.0,
            weight_decay: 0.0,
            ..TuneSettings::sgd(1, 1.0)
        };
        let mask = ChannelMask::new(2, 3, &plain);
        ChannelMask {
            entries: entries.to_vec(),
            ..mask
        }
    }

    #[test]
    fn samples_see_the_channels_of_their_class() {
        let mask = mask([0.0, 0.125, 0.2, 1.0, 1.1, 1.2]);
        let rows = mask.of_labels(&[2, 0], &Device::flex());
        assert_eq!(rows.to_vec(), [0.2, 1.2, 0.0, 1.0]);
        assert_eq!(mask.unused_by(&[0], 0.0), [1.0, 0.0]);
        assert_eq!(mask.unused_by(&[0, 1], 0.0), [0.0, 0.0]);
        assert_eq!(mask.unused_by(&[0, 1], 0.125), [1.0, 0.0]);
    }

    #[test]
    fn the_largest_entry_of_a_channel_is_one_and_none_is_below_zero() {
        let mut mask = mask([0.5, 0.25, -1.0, 0.0, -0.5, -1.0]);
        mask.settle();
        assert_eq!(mask.entries, [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn entries_fall_by_what_they_and_the_others_of_their_channel_cost() {
        let mut mask = mask([1.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
        let slopes = Value::from_vec(vec![0.25, 0.0], &[1, 2], &Device::flex());
        mask.step(&[2], &slopes, 1.0, 1.0);
        // 1.5 in all, above 0.6: each pays 1 and a tenth of the others of its channel.
        let expected = [1.0 - 1.05, 0.5 - 1.1, -1.15 - 0.25, -1.0, -1.0, -1.0];
        let pairs = mask.entries.iter().zip(expected);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
