//! How alike two networks' features are.

use std::collections::BTreeMap;

use super::features::{Features, features, no_features};
use super::{About, Audit, Context, Curve, Estimate, Figure, Finding, Good, Subject, Unit};
use crate::network::Value;

/// Linear centred kernel alignment (Kornblith et al. 2019) between a model's
/// features of the forgotten classes' test images and a retrained model's, at
/// every depth. For centred features X and Y, `[n, .]`, it is
/// `|X^T Y|^2 / (|X^T X| |Y^T Y|)` in Frobenius norms: 1 where one is a rotation and
/// scaling of the other. The figure is the mean over the retrained models, for one of these over the
/// others. The interval is a jackknife over ten parts of the images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alignment;

const PARTS: usize = 10;

impl Audit for Alignment {
    fn name(&self) -> &'static str {
        "alignment"
    }

    fn title(&self) -> &'static str {
        "Likeness to a retrained model by depth (CKA)"
    }

    fn question(&self) -> &'static str {
        "Does the model lay out images of the forgotten class in its features as a model does that never saw them?"
    }

    fn reading(&self) -> &'static str {
        "1 means the same layout. Two retrained models of different seeds are not quite alike either: their likeness \
         to each other is the yardstick, and it needs at least two of them."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["alignment.LAYER"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        let any = context
            .subjects
            .iter()
            .any(|s| s.role == super::Role::Retrained);
        let none = (!any).then_some("It compares with a retrained model, and there is none.");
        none.or_else(|| no_features(context))
    }

    fn is_relative(&self) -> bool {
        true
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let images = context.test.of_classes(&context.forgotten);
        let grams = |subject: &Subject| -> Vec<(String, Vec<f64>)> {
            let depths = features(subject, &images).into_iter();
            depths
                .map(|depth| (depth.layer.clone(), gram(subject, &depth)))
                .collect()
        };
        let own = grams(subject);
        let others = context.other_retrained(subject).into_iter();
        let others: Vec<_> = others.map(grams).collect();
        let mut moves = BTreeMap::new();
        let found = own.iter().filter_map(|(layer, gram)| {
            let others = others.iter().flatten().filter(|(name, _)| name == layer);
            let others: Vec<&[f64]> = others.map(|(_, other)| &other[..]).collect();
            let (estimate, added) = mean_alignment(gram, &others, images.len())?;
            moves.insert(format!("alignment.{layer}"), added);
            Some((layer.clone(), estimate))
        });
        let found: Vec<(String, Estimate)> = found.collect();
        let figures = found.iter().rev().map(|(layer, estimate)| Figure {
            key: format!("alignment.{layer}"),
            label: format!("likeness (CKA) to the retrained models after {layer}, mean"),
            unit: Unit::Number,
            about: About::Trace,
            good: Good::High,
            margin: 0.1,
            estimate: *estimate,
        });
        let figures = figures.collect();
        let curves = match found.is_empty() {
            true => Vec::new(),
            false => vec![Curve {
                title: "Likeness to the retrained models, mean".into(),
                x: "layer, shallow to deep".into(),
                y: "CKA".into(),
                places: found.iter().map(|(layer, _)| layer.clone()).collect(),
                points: found
                    .iter()
                    .enumerate()
                    .map(|(place, (_, estimate))| [place as f64, estimate.value])
                    .collect(),
            }],
        };
        Finding {
            figures,
            curves,
            moves,
            ..Finding::default()
        }
    }
}

/// The products of all pairs of samples, `[n, n]`, features centred.
fn gram(subject: &Subject, features: &Features) -> Vec<f64> {
    let mut centred = features.clone();
    let samples = centred.samples() as f64;
    let mut means = vec![0.0f64; centred.width];
    for row in centred.numbers.chunks_exact(centred.width) {
        for (mean, number) in means.iter_mut().zip(row) {
            *mean += f64::from(*number) / samples;
        }
    }
    for row in centred.numbers.chunks_exact_mut(means.len()) {
        for (number, mean) in row.iter_mut().zip(&means) {
            *number -= *mean as f32;
        }
    }
    let rows = centred.value(subject).tensor::<2>();
    let products = Value::new(rows.clone().matmul(rows.transpose())).into_vec();
    products.into_iter().map(f64::from).collect()
}

/// The mean CKA with others, with the interval of a jackknife that leaves out one of ten parts at
/// a time, and what single samples add to it; none without others.
fn mean_alignment(own: &[f64], others: &[&[f64]], n: usize) -> Option<(Estimate, Vec<f64>)> {
    let count = others.len() as f64;
    let mean = |wanted: &dyn Fn(usize) -> bool| {
        let all = others
            .iter()
            .map(|other| alignment([own, other], n, wanted));
        all.sum::<f64>() / count
    };
    if others.is_empty() {
        return None;
    }
    let mut added = vec![0.0; n];
    for other in others {
        let influences = influences([own, other], n);
        let pairs = added.iter_mut().zip(influences);
        pairs.for_each(|(sum, influence)| *sum += influence / count);
    }
    let value = mean(&|_| true);
    if n < 2 * PARTS {
        return Some((Estimate::exact(value), added));
    }
    let without = (0..PARTS).map(|part| mean(&|sample| sample % PARTS != part));
    let without: Vec<f64> = without.collect();
    let middle = without.iter().sum::<f64>() / PARTS as f64;
    let squares = without.iter().map(|value| (value - middle).powi(2));
    let error = (squares.sum::<f64>() * (PARTS - 1) as f64 / PARTS as f64).sqrt();
    Some((Estimate::normal(value, error), added))
}

/// CKA from two Gram matrices of the same `n` samples, of those samples for
/// which `wanted` holds.
fn alignment(grams: [&[f64]; 2], n: usize, wanted: impl Fn(usize) -> bool) -> f64 {
    let chosen: Vec<usize> = (0..n).filter(|sample| wanted(*sample)).collect();
    let [one, other] = grams.map(|gram| centred(gram, n, &chosen));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norms = (product(&one, &one) * product(&other, &other)).sqrt();
    if norms > 0.0 {
        product(&one, &other) / norms
    } else {
        0.0
    }
}

/// By how much CKA rises, for small changes, with the weight of each sample: for centred Gram matrices K and L
/// and `a_i = sum_j K_ij L_ij / sum K L`, `b_i` and `c_i` likewise with K and K, L and L, it is
/// `CKA (2 a_i - b_i - c_i)`.
fn influences(grams: [&[f64]; 2], n: usize) -> Vec<f64> {
    let all: Vec<usize> = (0..n).collect();
    let [one, other] = grams.map(|gram| centred(gram, n, &all));
    let parts = |a: &[f64], b: &[f64]| {
        let rows = a.chunks_exact(n).zip(b.chunks_exact(n));
        let rows = rows.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>());
        let rows: Vec<f64> = rows.collect();
        let sum = rows.iter().sum::<f64>();
        (rows, sum)
    };
    let [(ab, both), (aa, ours), (bb, theirs)] = [
        parts(&one, &other),
        parts(&one, &one),
        parts(&other, &other),
    ];
    let norms = (ours * theirs).sqrt();
    if norms <= 0.0 {
        return vec![0.0; n];
    }
    let influence = |i: usize| (2.0 * ab[i] - both * (aa[i] / ours + bb[i] / theirs)) / norms;
    (0..n).map(influence).collect()
}

fn centred(gram: &[f64], n: usize, chosen: &[usize]) -> Vec<f64> {
    let count = chosen.len() as f64;
    let means: Vec<f64> = chosen
        .iter()
        .map(|row| {
            chosen
                .iter()
                .map(|column| gram[row * n + column])
                .sum::<f64>()
                / count
        })
        .collect();
    let mean = means.iter().sum::<f64>() / count;
    let mut numbers = Vec::with_capacity(chosen.len() * chosen.len());
    for (row, of_row) in chosen.iter().zip(&means) {
        for (column, of_column) in chosen.iter().zip(&means) {
            numbers.push(gram[row * n + column] - of_row - of_column + mean);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::test_models::subject;

    fn pseudo(count: usize, factor: usize) -> Vec<f32> {
        let numbers = (0..count).map(|index| ((index * factor) % 101) as f32 / 101.0);
        numbers.collect()
    }

    fn features(width: usize, numbers: Vec<f32>) -> Features {
        Features {
            layer: String::new(),
            width,
            numbers,
        }
    }

    #[test]
    fn the_same_features_turned_and_scaled_are_quite_alike() {
        let subject = subject();
        let numbers = pseudo(80, 37);
        let turned = numbers.chunks_exact(2);
        let turned = turned.flat_map(|pair| [-3.0 * pair[1] + 5.0, 3.0 * pair[0]]);
        let one = gram(&subject, &features(2, numbers.clone()));
        let other = gram(&subject, &features(2, turned.collect()));
        let (estimate, _) = mean_alignment(&one, &[&other], 40).unwrap();
        assert!((estimate.value - 1.0).abs() < 1e-5, "{estimate:?}");
        let [low, high] = estimate.interval.unwrap();
        assert!(high - low < 1e-4);
    }

    #[test]
    fn features_that_share_nothing_are_not_alike() {
        let subject = subject();
        // One changes between the halves of the samples, the other within them.
        let one = (0..40).map(|sample| f32::from(sample < 20)).collect();
        let other = (0..40).map(|sample| f32::from(sample % 2 == 0)).collect();
        let grams = [one, other].map(|numbers| gram(&subject, &features(1, numbers)));
        let value = alignment([&grams[0], &grams[1]], 40, |_| true);
        assert!(value.abs() < 1e-9, "{value}");
    }

    #[test]
    fn the_likeness_is_the_mean_over_the_others() {
        let subject = subject();
        let of = |factor| gram(&subject, &features(2, pseudo(80, factor)));
        let [own, one, other] = [37, 53, 29].map(of);
        let value = |others: &[&[f64]]| mean_alignment(&own, others, 40).unwrap().0.value;
        let (nearest, farther) = (value(&[&own]), value(&[&one]));
        assert!(nearest > farther);
        let mean = value(&[&own, &one, &other]);
        assert!((mean - (nearest + farther + value(&[&other])) / 3.0).abs() < 1e-12);
        assert!(mean_alignment(&own, &[], 40).is_none());
    }

    /// Leaving a sample out lowers CKA by about what it adds, over the number of samples.
    #[test]
    fn what_a_sample_adds_goes_with_it() {
        let subject = subject();
        let grams = [37, 53].map(|factor| gram(&subject, &features(2, pseudo(400, factor))));
        let grams = [&grams[0][..], &grams[1]];
        let all = alignment(grams, 200, |_| true);
        let left_out = (0..200).map(|out| all - alignment(grams, 200, |sample| sample != out));
        let left_out: Vec<f64> = left_out.collect();
        let correlation = crate::audit::resample::correlation(&influences(grams, 200), &left_out);
        assert!(correlation > 0.99, "{correlation}");
    }
}
