//! Classifiers of features, asked at every depth.

use std::collections::BTreeMap;

use super::context::labels;
use super::features::{Features, features};
use super::{About, Context, Curve, Estimate, Figure, Finding, Good, Subject, Unit};

/// The share of the forgotten classes' test images that are found by their features: a figure
/// per depth, the last depth first, and the curve over the depths.
///
/// `ask` is given the features of training images with their labels and those of the test images, both
/// standardised by the former, and gives a class for each of the latter.
pub(super) fn found_by_depth(
    context: &Context<'_>,
    subject: &Subject,
    [audit, label]: [&str; 2],
    ask: impl Fn(&Features, &[usize], &Features) -> Vec<usize>,
) -> Finding {
    let images = context.test.of_classes(&context.forgotten);
    let labels = labels(&context.train);
    let train = features(subject, &context.train);
    let test = features(subject, &images);
    // What moves a share is which images are answered right.
    let mut moves = BTreeMap::new();
    let found = train.into_iter().zip(test).map(|(mut train, mut test)| {
        standardise(&mut train, &mut test);
        let answers = ask(&train, &labels, &test).into_iter().enumerate();
        let right = answers.map(|(sample, answer)| f64::from(images.label(sample) == answer));
        let right: Vec<f64> = right.collect();
        let share = right.iter().sum::<f64>() / images.len().max(1) as f64;
        moves.insert(format!("{audit}.{}", train.layer), right);
        (train.layer, share)
    });
    let found: Vec<(String, f64)> = found.collect();
    let figures = found.iter().rev().map(|(layer, share)| Figure {
        key: format!("{audit}.{layer}"),
        label: format!("images of the forgotten classes {label} {layer}"),
        unit: Unit::Percent,
        about: About::Trace,
        good: Good::Low,
        margin: 10.0,
        estimate: Estimate::share(*share, images.len()).times(100.0),
    });
    let points = found.iter().enumerate();
    Finding {
        figures: figures.collect(),
        curves: vec![Curve {
            title: format!("Forgotten classes {label} each depth"),
            x: "layer, shallow to deep".into(),
            y: "found, percent".into(),
            places: found.iter().map(|(layer, _)| layer.clone()).collect(),
            points: points
                .map(|(place, (_, share))| [place as f64, 100.0 * share])
                .collect(),
        }],
        moves,
        ..Finding::default()
    }
}

/// Brings both to mean 0 and deviation 1 of the first; features that never
/// change stay at 0.
fn standardise(train: &mut Features, test: &mut Features) {
    let (width, samples) = (train.width, train.samples() as f64);
    let mut sums = vec![[0.0f64; 2]; width];
    for row in train.numbers.chunks_exact(width) {
        for (sum, number) in sums.iter_mut().zip(row) {
            let number = f64::from(*number);
            *sum = [sum[0] + number, sum[1] + number * number];
        }
    }
    let moments = sums.iter().map(|[sum, squares]| {
        let mean = sum / samples;
        let deviation = (squares / samples - mean * mean).max(0.0).sqrt();
        let scale = if deviation > 1e-6 {
            1.0 / deviation
        } else {
            0.0
        };
        (mean as f32, scale as f32)
    });
    let moments: Vec<(f32, f32)> = moments.collect();
    for rows in [&mut train.numbers, &mut test.numbers] {
        for row in rows.chunks_exact_mut(width) {
            for (number, (mean, scale)) in row.iter_mut().zip(&moments) {
                *number = (*number - mean) * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_features_have_mean_0_and_deviation_1() {
        let features = |numbers: Vec<f32>| Features {
            layer: String::new(),
            width: 2,
            numbers,
        };
        let mut train = features(vec![1.0, 5.0, 3.0, 5.0]);
        let mut test = features(vec![2.0, 7.0]);
        standardise(&mut train, &mut test);
        assert_eq!(train.numbers, [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(test.numbers, [0.0, 0.0]);
    }
}
