//! Prototypes from a few images.

use super::features::{Features, last_features};
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
        let figures = context.budget.shots.iter().map(|&count| {
            let (mut recognised, mut mistaken) = (0, 0);
            for draw in 0..DRAWS {
                let images = context.shots(&classes, count, draw);
                let features = last_features(subject, &images);
                let means = features.map(|of| means(&of, images.labels(), &classes));
                for sample in 0..test.samples() {
                    let nearest = nearest(means.as_deref().unwrap_or(&[]), test.row(sample));
                    let answer = nearest.map(|place| classes[place]);
                    let label = context.test.label(sample);
                    match context.is_forgotten(label) {
                        true => recognised += usize::from(answer == Some(label)),
                        false => {
                            mistaken += usize::from(answer.is_some_and(|c| context.is_forgotten(c)))
                        }
                    }
                }
            }
            let share = |count: usize, samples: usize| {
                let mean = count as f64 / (DRAWS * samples.max(1)) as f64;
                Estimate::share(mean, samples)
            };
            let images = if count == 1 { "image" } else { "images" };
            Figure::percent_low(
                &format!("prototype.k{count}"),
                format!("recognised by the mean of {count} {images} per class"),
                share(recognised, forgotten).minus(share(mistaken, kept)),
            )
        });
        Finding {
            figures: figures.collect(),
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
