//! Prototypes from a few images.

use std::collections::BTreeMap;

use super::features::{Features, last_features, no_features};
use super::resample::{resample, weighted_mean};
use super::{Audit, Context, Estimate, Figure, Finding, Subject};

/// The mean of the last features of k training images per class stands for the
/// class; test images get the class whose mean is nearest by the cosine
/// (arXiv 2506.01318). Needs no training at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prototype;

/// Draws of the k images: the attack costs next to nothing.
const DRAWS: usize = 5;

impl Audit for Prototype {
    fn name(&self) -> &'static str {
        "prototype"
    }

    fn title(&self) -> &'static str {
        "Prototypes from a few images"
    }

    fn question(&self) -> &'static str {
        "Does the mean of a few images' features suffice to find the class again, without any training?"
    }

    fn reading(&self) -> &'static str {
        "The figure is the percent of the class's test images nearest to its own mean, less the percent of kept images \
         that are nearest to it. It should be no higher than in a model that never saw the class."
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        no_features(context)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["prototype.kN"]
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let mut classes = [&context.forgotten[..], &context.kept[..]].concat();
        classes.sort_unstable();
        let Some(test) = last_features(subject, &context.test) else {
            return Finding::default();
        };
        let forgotten = context.test.of_classes(&context.forgotten).len();
        let kept = context.test.len() - forgotten;
        let groups = super::context::labels(&context.test);
        let is_forgotten = |sample: usize| context.is_forgotten(groups[sample]);
        let mut moves = BTreeMap::new();
        let figures = context.budget.shots.iter().map(|&count| {
            // In how many draws an image is recognised, or mistaken for a forgotten class.
            let mut counts = vec![0.0; test.samples()];
            for draw in 0..DRAWS {
                let images = context.shots(&classes, count, draw);
                let features = last_features(subject, &images);
                let means = features.map(|of| means(&of, images.labels(), &classes));
                for (sample, count) in counts.iter_mut().enumerate() {
                    let nearest = nearest(means.as_deref().unwrap_or(&[]), test.row(sample));
                    let answer = nearest.map(|place| classes[place]);
                    *count += f64::from(match is_forgotten(sample) {
                        true => answer == Some(groups[sample]),
                        false => answer.is_some_and(|class| context.is_forgotten(class)),
                    });
                }
            }
            let share = |weights: &[f64], wanted: bool| {
                let pairs = weights.iter().zip(&counts).enumerate();
                let pairs = pairs.filter(|(sample, _)| is_forgotten(*sample) == wanted);
                weighted_mean(pairs.map(|(_, (weight, count))| (*weight, count / DRAWS as f64)))
            };
            let key = format!("prototype.k{count}");
            let gains = resample(&groups, context.seed, |weights| {
                share(weights, true) - share(weights, false)
            });
            moves.insert(key.clone(), gains);
            let all = vec![1.0; counts.len()];
            let recognised = Estimate::share(share(&all, true), forgotten);
            let mistaken = Estimate::share(share(&all, false), kept);
            let images = if count == 1 { "image" } else { "images" };
            Figure::percent_low(
                &key,
                format!("recognised by the mean of {count} {images} per class"),
                recognised.minus(mistaken),
            )
        });
        Finding {
            figures: figures.collect(),
            moves,
            ..Finding::default()
        }
    }
}

/// Per class the mean of its samples' features, of length 1.
fn means(features: &Features, labels: &[u32], classes: &[usize]) -> Vec<Vec<f32>> {
    let mean = |class: &usize| {
        let mut mean = vec![0.0; features.width];
        let of_class = labels
            .iter()
            .enumerate()
            .filter(|(_, label)| **label as usize == *class);
        for (sample, _) in of_class {
            for (sum, number) in mean.iter_mut().zip(features.row(sample)) {
                *sum += number;
            }
        }
        let length = mean
            .iter()
            .map(|number| number * number)
            .sum::<f32>()
            .sqrt();
        if length > 0.0 {
            mean.iter_mut().for_each(|number| *number /= length);
        }
        mean
    };
    classes.iter().map(mean).collect()
}

/// The place of the mean of which the row has the largest product.
fn nearest(means: &[Vec<f32>], row: &[f32]) -> Option<usize> {
    let product = |mean: &[f32]| mean.iter().zip(row).map(|(a, b)| a * b).sum::<f32>();
    let products = means.iter().map(|mean| product(mean)).zip(0..);
    let best = products.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mean_wins_by_direction_alone() {
        let features = Features {
            layer: String::new(),
            width: 2,
            numbers: vec![1.0, 0.0, 3.0, 0.2, 0.0, 5.0],
        };
        let means = means(&features, &[4, 4, 7], &[4, 7]);
        assert_eq!(nearest(&means, &[100.0, 1.0]), Some(0));
        assert_eq!(nearest(&means, &[0.1, 0.2]), Some(1));
        assert_eq!(nearest(&[], &[0.1, 0.2]), None);
    }
}
