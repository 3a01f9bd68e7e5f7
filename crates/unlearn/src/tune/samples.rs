//! Sets of samples that methods work on.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use unlearn_data::{Augmentation, Normalization, Split, stream};

use super::Batch;
use crate::network::{Device, Value};

/// Labelled samples, images or inputs that were computed, and the order in
/// which they are seen.
///
/// Batches depend on seed, epoch and place alone, and sets of different names
/// are shuffled independently.
#[derive(Clone, Debug)]
pub struct Samples<'a> {
    name: &'static str,
    shape: [usize; 3],
    normalization: &'a Normalization,
    augmentation: Augmentation,
    seed: u64,
    device: Device,
    samples: Vec<Sample<'a>>,
}

#[derive(Clone, Debug)]
struct Sample<'a> {
    input: Input<'a>,
    label: usize,
}

#[derive(Clone, Debug)]
enum Input<'a> {
    /// An image of a data set: normalised, and augmented while it is shuffled.
    Image(&'a Split, usize),
    /// What a network sees.
    Numbers(Arc<[f32]>),
}

impl<'a> Samples<'a> {
    /// A set without samples, whose batches go to `device`; `seed` decides order
    /// and augmentation, and `name` tells the set from others of the same seed.
    pub fn none(
        name: &'static str,
        shape: [usize; 3],
        normalization: &'a Normalization,
        seed: u64,
        device: &Device,
    ) -> Self {
        Self {
            name,
            shape,
            normalization,
            augmentation: Augmentation::default(),
            seed,
            device: device.clone(),
            samples: Vec::new(),
        }
    }

    /// With the images of some classes too, in the order of the data set.
    ///
    /// # Panics
    /// If their shape is another.
    #[must_use]
    pub fn with_images(mut self, images: &'a Split, classes: &[usize]) -> Self {
        assert_eq!(images.shape(), self.shape, "shape of images");
        let wanted = (0..images.len()).filter(|index| classes.contains(&images.label(*index)));
        self.samples.extend(wanted.map(|index| Sample {
            input: Input::Image(images, index),
            label: images.label(index),
        }));
        self
    }

    /// With inputs `[samples, channels, height, width]` too, all of one label.
    ///
    /// # Panics
    /// If their shape is another.
    #[must_use]
    pub fn with_inputs(mut self, inputs: &Value, label: usize) -> Self {
        assert_eq!(inputs.shape()[1..], self.shape, "shape of inputs");
        let length = self.shape.iter().product();
        inputs.read(|numbers| {
            let inputs = numbers.chunks_exact(length);
            self.samples.extend(inputs.map(|input| Sample {
                input: Input::Numbers(input.into()),
                label,
            }));
        });
        self
    }

    /// The same samples, varied at random whenever they are shuffled.
    #[must_use]
    pub fn augmented(self, augmentation: Augmentation) -> Self {
        Self {
            augmentation,
            ..self
        }
    }

    /// The samples of both sets, to be shuffled together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.samples.extend(other.samples);
        self
    }

    /// The same inputs, each with the label that `label` makes of its label.
    #[must_use]
    pub fn relabelled(mut self, mut label: impl FnMut(usize) -> usize) -> Self {
        let samples = self.samples.iter_mut();
        samples.for_each(|sample| sample.label = label(sample.label));
        self
    }

    /// The same samples, one label after the other; those of one keep their order.
    #[must_use]
    pub fn sorted_by_label(mut self) -> Self {
        self.samples.sort_by_key(|sample| sample.label);
        self
    }

    /// At most so many samples of each label, drawn at random.
    #[must_use]
    pub fn at_most_per_class(mut self, count: usize) -> Self {
        let mut random = self.random("per class");
        self.samples.shuffle(&mut random);
        let mut seen = BTreeMap::<usize, usize>::new();
        self.samples.retain(|sample| {
            let seen = seen.entry(sample.label).or_default();
            *seen += 1;
            *seen <= count
        });
        self
    }

    /// At most so many samples, drawn at random.
    #[must_use]
    pub fn at_most(mut self, count: usize) -> Self {
        let mut random = self.random("part");
        self.samples.shuffle(&mut random);
        self.samples.truncate(count);
        self
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The label of every sample, by place.
    pub fn labels(&self) -> impl Iterator<Item = usize> {
        self.samples.iter().map(|sample| sample.label)
    }

    /// How many batches of a size an epoch has.
    pub fn batch_count(&self, size: usize) -> usize {
        self.len().div_ceil(size)
    }

    /// All samples once, as they are and in their order.
    pub fn in_order(&self, size: usize) -> impl Iterator<Item = Batch> {
        let places: Vec<usize> = (0..self.len()).collect();
        let batches = (0..self.batch_count(size)).map(move |place| {
            let last = (size * (place + 1)).min(places.len());
            places[size * place..last].to_vec()
        });
        batches.map(|places| self.batch(places, None))
    }

    /// All samples once, shuffled and augmented anew for each epoch.
    pub fn epoch(&self, epoch: usize, size: usize) -> impl Iterator<Item = Batch> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut self.random(&format!("order/{epoch}")));
        (0..self.batch_count(size)).map(move |place| {
            let last = (size * (place + 1)).min(order.len());
            let places = order[size * place..last].to_vec();
            let random = self.random(&format!("batch/{epoch}/{place}"));
            self.batch(places, Some(random))
        })
    }

    /// Epoch after epoch without end; nothing where there are no samples.
    pub fn endless(&self, size: usize) -> impl Iterator<Item = Batch> {
        let epochs = (0..usize::MAX).take_while(|_| !self.is_empty());
        epochs.flat_map(move |epoch| self.epoch(epoch, size))
    }

    fn random(&self, purpose: &str) -> ChaCha8Rng {
        stream(self.seed, &format!("samples/{}/{purpose}", self.name))
    }

    /// The batch of some places; images are augmented where there is randomness.
    fn batch(&self, places: Vec<usize>, mut random: Option<ChaCha8Rng>) -> Batch {
        let [channels, height, width] = self.shape;
        let length = channels * height * width;
        let mut numbers = vec![0.0; places.len() * length];
        for (out, place) in numbers.chunks_exact_mut(length).zip(&places) {
            match (&self.samples[*place].input, &mut random) {
                (Input::Image(images, index), Some(random)) => images.write_augmented(
                    *index,
                    self.normalization,
                    &self.augmentation,
                    random,
                    out,
                ),
                (Input::Image(images, index), None) => {
                    images.write_sample(*index, self.normalization, out);
                }
                (Input::Numbers(input), _) => out.copy_from_slice(input),
            }
        }
        let shape = [places.len(), channels, height, width];
        let labels = places.iter().map(|place| self.samples[*place].label);
        Batch {
            inputs: Value::from_vec(numbers, &shape, &self.device),
            labels: labels.collect(),
            places,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: [usize; 3] = [1, 1, 2];

    /// Six images of three classes: image k is (k, 10 k).
    fn images() -> Split {
        let pixels = (0..6).flat_map(|k| [k, 10 * k]).collect();
        Split::new(SHAPE, pixels, vec![0, 1, 2, 0, 1, 2])
    }

    fn none(normalization: &Normalization) -> Samples<'_> {
        Samples::none("test", SHAPE, normalization, 3, &Device::flex())
    }

    #[test]
    fn in_order_everything_is_seen_once_as_it_is() {
        let (images, plain) = (images(), Normalization::none(1));
        let made = Value::from_vec(vec![7.0, 8.0], &[1, 1, 1, 2], &Device::flex());
        let samples = none(&plain)
            .with_images(&images, &[0, 2])
            .with_inputs(&made, 9);
        let batches: Vec<Batch> = samples.in_order(3).collect();
        let labels: Vec<&[usize]> = batches.iter().map(|batch| &*batch.labels).collect();
        assert_eq!(labels, [&[0, 2, 0][..], &[2, 9]]);
        let inputs = batches[1].inputs.to_vec();
        assert_eq!(inputs, [5.0 / 255.0, 50.0 / 255.0, 7.0, 8.0]);
        assert_eq!(batches[1].places, [3, 4]);
    }

    #[test]
    fn epochs_are_shuffled_anew_and_the_same_for_the_same_seed() {
        let (images, plain) = (images(), Normalization::none(1));
        let samples = none(&plain).with_images(&images, &[0, 1, 2]);
        let places = |epoch| -> Vec<usize> {
            let batches = samples.epoch(epoch, 4);
            batches.flat_map(|batch| batch.places).collect()
        };
        assert_eq!(places(0), places(0));
        assert_ne!(places(0), places(1));
        let mut sorted = places(1);
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
        let endless: Vec<usize> = samples
            .endless(4)
            .take(4)
            .flat_map(|batch| batch.places)
            .collect();
        assert_eq!(endless, [places(0), places(1)].concat());
        assert!(none(&plain).endless(4).next().is_none());
    }

    #[test]
    fn parts_and_labels_can_be_changed() {
        let (images, plain) = (images(), Normalization::none(1));
        let samples = none(&plain).with_images(&images, &[0, 1, 2]);
        let mut one_each: Vec<usize> = samples.clone().at_most_per_class(1).labels().collect();
        one_each.sort_unstable();
        assert_eq!(one_each, [0, 1, 2]);
        assert_eq!(samples.clone().at_most(4).len(), 4);
        let sorted = samples.clone().sorted_by_label();
        assert!(sorted.labels().eq([0, 0, 1, 1, 2, 2]));
        let other = samples.clone().relabelled(|label| label + 1);
        let labels: Vec<usize> = samples.and(other).labels().collect();
        assert_eq!(labels, [0, 1, 2, 0, 1, 2, 1, 2, 3, 1, 2, 3]);
    }
}
