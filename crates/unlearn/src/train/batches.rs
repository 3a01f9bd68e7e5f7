//! Batches of an epoch, drawn anew from (seed, epoch, step).

use burn::tensor::Device;
use rand::seq::SliceRandom;
use unlearn_data::{Augmentation, Normalization, Split, stream};

use crate::code::Planting;
use crate::network::Value;

/// Where batches come from.
///
/// A batch depends on seed, epoch and place alone, not on the batches before
/// it: so a run can be resumed in the middle of an epoch.
pub(super) struct Batches<'a> {
    pub samples: &'a Split,
    pub normalization: &'a Normalization,
    pub augmentation: Augmentation,
    pub planting: Option<Planting<'a>>,
    pub seed: u64,
}

/// The input of one training step.
pub(super) struct Batch {
    /// `[samples, channels, height, width]`.
    pub inputs: Value,
    pub labels: Vec<usize>,
    /// Which samples were replaced by codes.
    pub is_code: Vec<bool>,
}

impl Batches<'_> {
    /// The order of the samples in an epoch.
    pub fn order(&self, epoch: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.samples.len()).collect();
        order.shuffle(&mut stream(self.seed, &format!("order/{epoch}")));
        order
    }

    /// The batch of the given samples.
    pub fn batch(&self, indices: &[usize], epoch: usize, place: usize, device: &Device) -> Batch {
        let mut random = stream(self.seed, &format!("batch/{epoch}/{place}"));
        let [channels, height, width] = self.samples.shape();
        let length = channels * height * width;
        let mut numbers = vec![0.0; indices.len() * length];
        let mut is_code = Vec::with_capacity(indices.len());
        for (input, &index) in numbers.chunks_exact_mut(length).zip(indices) {
            let label = self.samples.label(index);
            let code = self
                .planting
                .and_then(|planting| planting.replacement(label, &mut random));
            match code {
                Some(code) => input.copy_from_slice(code),
                None => self.samples.write_augmented(
                    index,
                    self.normalization,
                    &self.augmentation,
                    &mut random,
                    input,
                ),
            }
            is_code.push(code.is_some());
        }
        let shape = [indices.len(), channels, height, width];
        Batch {
            inputs: Value::from_vec(numbers, &shape, device),
            labels: indices
                .iter()
                .map(|index| self.samples.label(*index))
                .collect(),
            is_code,
        }
    }
}
