//! Two groups of models beside each other, and how far their difference would be another
//! for other models and other images.

use rand::Rng;
use rand::seq::SliceRandom;
use unlearn_data::stream;

use super::{Estimate, student};

/// The fewest models in a group: one is left out for the interval, one more to be judged by the
/// others, and of two a variance can be had.
pub(super) const SMALLEST: usize = 4;

/// Drawings of the images.
const RESAMPLES: usize = 200;
/// Orders in which the models go round.
const ORDERS: usize = 8;

/// A number per image, from the numbers `[model][image]` of two groups of models.
pub(super) type PerImage<'a> = &'a dyn Fn(&[&[f64]], &[&[f64]]) -> Vec<f64>;

/// A number of all images, from one per image.
pub(super) type Summary<'a> = &'a dyn Fn(&[f64]) -> f64;

/// Models in two groups of `size`, many times over.
///
/// Audited models are held against retrained ones; **retrained models are held against other
/// retrained ones, half against half**, which is what there is to find where nothing is left. Groups
/// are of the same size in both cases, because a few models differ more by chance than many. They go
/// round in a random order, several orders one after the other: of models in a circle every one begins a group
/// once, so that each is in as many groups.
#[derive(Clone, Debug)]
pub(super) struct Groups<'a> {
    models: Vec<&'a [f64]>,
    /// How many of the models, from the first, are of one kind; the others are of the other.
    kinds: [usize; 2],
    size: usize,
    splits: Vec<[Vec<usize>; 2]>,
}

/// In what a number is near to normal, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// As it is, in `[0, 1]`.
    Share,
    /// `log(1 + x)`, for numbers from 0 without an upper end.
    Divergence,
}

impl Scale {
    fn to(self, number: f64) -> f64 {
        match self {
            Self::Share => number,
            Self::Divergence => number.ln_1p(),
        }
    }

    fn back(self, number: f64) -> f64 {
        match self {
            Self::Share => number.clamp(0.0, 1.0),
            Self::Divergence => number.exp_m1().max(0.0),
        }
    }
}

impl<'a> Groups<'a> {
    /// Models against retrained ones.
    pub fn audited(
        ours: &'a [Vec<f64>],
        retrained: &'a [Vec<f64>],
        size: usize,
        seed: u64,
    ) -> Self {
        let orders = orders([ours.len(), retrained.len()], seed);
        Self::audited_in(ours, retrained, size, &orders)
    }

    /// Retrained models against other retrained ones.
    pub fn own(retrained: &'a [Vec<f64>], size: usize, seed: u64) -> Self {
        Self::own_in(retrained, size, &orders([0, retrained.len()], seed))
    }

    /// The same in orders that are given.
    pub(super) fn audited_in(
        ours: &'a [Vec<f64>],
        retrained: &'a [Vec<f64>],
        size: usize,
        orders: &[[Vec<usize>; 2]],
    ) -> Self {
        let count = ours.len();
        let starts = 0..count.max(retrained.len());
        let splits = orders.iter().flat_map(|[first, second]| {
            starts.clone().map(move |start| {
                let second = group(second, start, size).into_iter();
                [
                    group(first, start, size),
                    second.map(|model| count + model).collect(),
                ]
            })
        });
        Self {
            splits: splits.collect(),
            models: ours.iter().chain(retrained).map(Vec::as_slice).collect(),
            kinds: [count, retrained.len()],
            size,
        }
    }

    /// The same in orders that are given, the second of each.
    pub(super) fn own_in(
        retrained: &'a [Vec<f64>],
        size: usize,
        orders: &[[Vec<usize>; 2]],
    ) -> Self {
        let splits = orders.iter().flat_map(|[_, order]| {
            let starts = 0..order.len();
            starts.map(move |start| [start, start + size].map(|first| group(order, first, size)))
        });
        Self {
            splits: splits.collect(),
            models: retrained.iter().map(Vec::as_slice).collect(),
            kinds: [0, retrained.len()],
            size,
        }
    }

    /// The mean over the groups of a number per image.
    pub fn per_image(&self, measure: PerImage<'_>) -> Vec<f64> {
        let parts = self.parts(measure);
        let count = parts.len() as f64;
        let images = 0..parts[0].len();
        let means = images.map(|image| parts.iter().map(|part| part[image]).sum::<f64>() / count);
        means.collect()
    }

    /// The mean over the groups of a summary of a number per image. The interval is Student's, on
    /// the scale, with as many degrees of freedom as a group has models less one.
    ///
    /// Its variance is the sum of two: over models, by leaving out each in turn (the jackknife; for each
    /// kind `(n - 1) / n` times the sum of squares about the mean), and over images, by a bootstrap. Models
    /// are not drawn with replacement: a model that is there twice would be judged by itself.
    pub fn estimate(
        &self,
        measure: PerImage<'_>,
        summary: Summary<'_>,
        scale: Scale,
        seed: u64,
    ) -> Estimate {
        let parts = self.parts(measure);
        let summaries: Vec<f64> = parts.iter().map(|part| summary(part)).collect();
        let value = mean(&summaries);
        let variance = self.variance_over_models(measure, summary, scale, &summaries)
            + variance_over_images(&parts, summary, scale, seed);
        let half = student::quantile(self.size - 1) * variance.sqrt();
        let centre = scale.to(value);
        let [low, high] = [scale.back(centre - half), scale.back(centre + half)];
        Estimate::within(value, [low.min(value), high.max(value)])
    }

    /// The jackknife variance of the estimate over models, on the scale.
    pub(super) fn variance_over_models(
        &self,
        measure: PerImage<'_>,
        summary: Summary<'_>,
        scale: Scale,
        summaries: &[f64],
    ) -> f64 {
        let without = |model: usize| {
            let splits = self.splits.iter().zip(summaries);
            let changed = splits.map(|(split, of_all)| {
                match split.iter().any(|group| group.contains(&model)) {
                    true => summary(&self.part(split, Some(model), measure)),
                    false => *of_all,
                }
            });
            scale.to(mean(&changed.collect::<Vec<_>>()))
        };
        let [first, second] = self.kinds;
        let kinds = [0..first, first..first + second].into_iter();
        let variances = kinds.filter(|kind| !kind.is_empty()).map(|kind| {
            let count = kind.len() as f64;
            let numbers: Vec<f64> = kind.map(without).collect();
            (count - 1.0) / count * squares(&numbers)
        });
        variances.sum()
    }

    pub(super) fn parts(&self, measure: PerImage<'_>) -> Vec<Vec<f64>> {
        let splits = self.splits.iter();
        splits
            .map(|split| self.part(split, None, measure))
            .collect()
    }

    fn part(
        &self,
        split: &[Vec<usize>; 2],
        without: Option<usize>,
        measure: PerImage<'_>,
    ) -> Vec<f64> {
        let [ours, theirs] = split.each_ref().map(|group| {
            let members = group.iter().filter(|model| Some(**model) != without);
            members.map(|model| self.models[*model]).collect::<Vec<_>>()
        });
        measure(&ours, &theirs)
    }
}

/// Random orders of so many models of each kind.
fn orders(kinds: [usize; 2], seed: u64) -> Vec<[Vec<usize>; 2]> {
    let mut random = stream(seed, "audit/groups/orders");
    let orders = (0..ORDERS).map(|_| {
        kinds.map(|count| {
            let mut order: Vec<usize> = (0..count).collect();
            order.shuffle(&mut random);
            order
        })
    });
    orders.collect()
}

/// So many models from a place of the order on, which is a circle.
fn group(order: &[usize], first: usize, size: usize) -> Vec<usize> {
    let places = (first..first + size).map(|place| order[place % order.len()]);
    places.collect()
}

/// The bootstrap variance of the estimate over images, on the scale.
fn variance_over_images(parts: &[Vec<f64>], summary: Summary<'_>, scale: Scale, seed: u64) -> f64 {
    let mut random = stream(seed, "audit/groups");
    let images = parts[0].len();
    let resampled = (0..RESAMPLES).map(|_| {
        let drawn: Vec<usize> = (0..images)
            .map(|_| random.random_range(0..images))
            .collect();
        let summaries = parts.iter().map(|part| {
            let numbers: Vec<f64> = drawn.iter().map(|image| part[*image]).collect();
            summary(&numbers)
        });
        scale.to(mean(&summaries.collect::<Vec<_>>()))
    });
    let resampled: Vec<f64> = resampled.collect();
    squares(&resampled) / (RESAMPLES - 1) as f64
}

/// The mean of numbers.
pub(super) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The number that so large a part of the numbers lies below, linear between neighbours.
pub(super) fn quantile(numbers: &[f64], part: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = part * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The sum of squared distances from the mean.
fn squares(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    numbers.iter().map(|number| (number - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::test_margins::drawn;

    /// The difference of the groups' means, per image.
    fn differences(ours: &[&[f64]], theirs: &[&[f64]]) -> Vec<f64> {
        let mean_of = |models: &[&[f64]], image: usize| {
            let numbers = models.iter().map(|numbers| numbers[image]);
            numbers.sum::<f64>() / models.len() as f64
        };
        let images = 0..ours[0].len();
        images
            .map(|image| 0.5 + (mean_of(ours, image) - mean_of(theirs, image)) / 100.0)
            .collect()
    }

    #[test]
    fn groups_are_of_one_size_and_every_model_is_in_as_many() {
        let models = vec![vec![0.0]; 9];
        let own = Groups::own(&models, 4, 1);
        assert_eq!(own.splits.len(), 9 * ORDERS);
        for [ours, theirs] in &own.splits {
            let mut both = [&ours[..], theirs].concat();
            both.sort_unstable();
            both.dedup();
            assert_eq!((ours.len(), both.len()), (4, 8));
        }
        let audited = Groups::audited(&models[..5], &models, 4, 1);
        for [ours, theirs] in &audited.splits {
            assert!(ours.iter().all(|model| *model < 5));
            assert!(theirs.iter().all(|model| (5..14).contains(model)));
        }
        for model in 0..9 {
            let of = |kind: usize, model: usize, groups: &Groups<'_>| {
                let splits = groups.splits.iter();
                splits.filter(|split| split[kind].contains(&model)).count()
            };
            let expected = 4 * ORDERS;
            assert_eq!(
                (of(0, model, &own), of(1, model, &own)),
                (expected, expected)
            );
            assert_eq!(of(1, 5 + model, &audited), expected);
        }
    }

    /// Models scatter as wholes here, so that an interval over images alone would be far too narrow.
    #[test]
    fn the_interval_holds_the_true_number_as_often_as_it_says() {
        let held = (0..200).filter(|&seed| {
            let ours = drawn(seed, [4, 30], 3.0, 1.0);
            let retrained = drawn(1000 + seed, [8, 30], 0.0, 1.0);
            let groups = Groups::audited(&ours, &retrained, 4, 1);
            let estimate = groups.estimate(&differences, &mean, Scale::Share, seed);
            let [low, high] = estimate.interval.unwrap();
            low <= 0.53 && 0.53 <= high
        });
        let held = held.count();
        assert!((185..=200).contains(&held), "{held} of 200");
    }

    #[test]
    fn images_alone_make_an_interval_too() {
        // All models say the same; images differ.
        let ours = vec![(0..100).map(f64::from).collect::<Vec<f64>>(); 4];
        let retrained = vec![vec![0.0; 100]; 8];
        let groups = Groups::audited(&ours, &retrained, 4, 1);
        let estimate = groups.estimate(&differences, &mean, Scale::Share, 1);
        let [low, high] = estimate.interval.unwrap();
        // 0.5 + 49.5 / 100, of which the deviation is 0.29 / sqrt(100).
        assert!((estimate.value - 0.995).abs() < 1e-9);
        let expected = 3.18 * 0.0289;
        assert!((estimate.value - low) / expected > 0.85, "{low} {high}");
        assert!((estimate.value - low) / expected < 1.15, "{low} {high}");
        assert_eq!(high, 1.0);
    }

    #[test]
    fn a_divergence_has_an_interval_that_ends_at_0() {
        let scale = Scale::Divergence;
        assert!((scale.back(scale.to(7.0)) - 7.0).abs() < 1e-12);
        assert_eq!(scale.back(-3.0), 0.0);
    }

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        let numbers = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&numbers, 0.0), 1.0);
        assert_eq!(quantile(&numbers, 0.5), 2.5);
        assert_eq!(quantile(&numbers, 1.0), 4.0);
    }
}
