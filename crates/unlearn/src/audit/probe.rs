//! Linear probes on frozen features.

use super::features::{Features, features};
use super::fine_tune::FineTuning;
use super::{About, Audit, Context, Curve, Estimate, Figure, Finding, Good, Subject, Unit};
use crate::network::op::Linear;
use crate::network::{GraphBuilder, Network, Value, largest};
use crate::train::{OptimizerKind, OptimizerSettings};

/// A multinomial logistic regression on frozen features at every depth, fitted
/// to training images of all classes and asked for test images of the forgotten
/// ones (arXiv 2604.08271, 2503.06991).
///
/// Features are standardised by the training images. The fit is 150 steps of Adam
/// over all of them at once, rate 0.02, weight decay 1e-3, from zero weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe;

const STEPS: usize = 150;
const LEARNING_RATE: f64 = 0.02;
const WEIGHT_DECAY: f64 = 1e-3;

impl Audit for Probe {
    fn name(&self) -> &'static str {
        "probe"
    }

    fn title(&self) -> &'static str {
        "Linear probe by depth"
    }

    fn question(&self) -> &'static str {
        "Can a linear classifier that is trained anew on the model's frozen features find the forgotten class?"
    }

    fn reading(&self) -> &'static str {
        "Even a model that never saw the class has features that tell it apart in part, so the yardstick is what the \
         probe finds there, not 0. More than that means that the features still hold the class."
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let train = features(subject, &context.train);
        let images = context.test.of_classes(&context.forgotten);
        let test = features(subject, &images);
        let labels: Vec<usize> = labels(&context.train);
        let found = train.into_iter().zip(test).map(|(mut train, mut test)| {
            standardise(&mut train, &mut test);
            let answers = fit_and_ask(subject, &train, &labels, &test);
            let right = answers.iter().enumerate();
            let right = right.filter(|(sample, answer)| images.label(*sample) == **answer);
            (
                train.layer,
                right.count() as f64 / images.len().max(1) as f64,
            )
        });
        let found: Vec<(String, f64)> = found.collect();
        by_depth(
            "probe",
            "found by a linear probe after",
            &found,
            images.len(),
        )
    }
}

/// A figure per depth, the last depth first, and the curve over the depths.
pub(super) fn by_depth(
    audit: &str,
    label: &str,
    found: &[(String, f64)],
    samples: usize,
) -> Finding {
    let figures = found.iter().rev().map(|(layer, share)| Figure {
        key: format!("{audit}.{layer}"),
        label: format!("images of the forgotten classes {label} {layer}"),
        unit: Unit::Percent,
        about: About::Trace,
        good: Good::Low,
        margin: 10.0,
        estimate: Estimate::share(*share, samples).times(100.0),
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
        ..Finding::default()
    }
}

pub(super) fn labels(samples: &unlearn_data::Split) -> Vec<usize> {
    samples
        .labels()
        .iter()
        .map(|label| *label as usize)
        .collect()
}

/// Brings both to mean 0 and deviation 1 of the first; features that never
/// change stay at 0.
pub(super) fn standardise(train: &mut Features, test: &mut Features) {
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

fn fit_and_ask(
    subject: &Subject,
    train: &Features,
    labels: &[usize],
    test: &Features,
) -> Vec<usize> {
    let network = &subject.model.network;
    let (width, classes) = (train.width, network.class_count());
    let (mut builder, input) = GraphBuilder::new(&[width]);
    let layer = builder.layer("probe", Linear::new(width, classes), &[input]);
    layer.unwrap_or_else(|error| unreachable!("a linear layer takes any width: {error}"));
    let start = vec![vec![0.0; classes * width], vec![0.0; classes]];
    let mut probe = Network::with_values(builder.finish(), start, network.device());
    let tuning = FineTuning {
        inputs: &train.numbers,
        labels,
        optimizer: OptimizerSettings {
            kind: OptimizerKind::Adam,
            momentum: 0.0,
            weight_decay: WEIGHT_DECAY,
        },
        learning_rate: LEARNING_RATE,
        steps: STEPS,
        batch_size: labels.len(),
        seed: 0,
    };
    tuning.run(&mut probe, |_, _| {});
    let logits: Value = probe.forward(test.value(subject));
    logits
        .into_vec()
        .chunks_exact(classes)
        .map(largest)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::test_models::subject;

    #[test]
    fn separable_features_are_found_every_time() {
        // Class c lights up feature c.
        let subject = subject();
        let classes = subject.model.network.class_count();
        let rows = |count: usize| {
            let numbers = (0..count * classes).flat_map(|sample| {
                let on = sample % classes;
                (0..classes).map(move |place| {
                    if place == on {
                        1.0
                    } else {
                        0.1 * (sample % 3) as f32
                    }
                })
            });
            Features {
                layer: "fc".into(),
                width: classes,
                numbers: numbers.collect(),
            }
        };
        let (mut train, mut test) = (rows(6), rows(3));
        standardise(&mut train, &mut test);
        let labels: Vec<usize> = (0..6 * classes).map(|sample| sample % classes).collect();
        let answers = fit_and_ask(&subject, &train, &labels, &test);
        assert_eq!(answers, labels[..3 * classes]);
    }

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
