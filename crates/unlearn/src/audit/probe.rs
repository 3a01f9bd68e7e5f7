//! Linear probes on frozen features.

use super::by_depth::found_by_depth;
use super::features::{Features, no_features};
use super::fine_tune::FineTuning;
use super::{Audit, Context, Finding, Subject};
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

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        no_features(context)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["probe.LAYER"]
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let words = ["probe", "found by a linear probe after"];
        found_by_depth(context, subject, words, |train, labels, test| {
            fit_and_ask(subject, train, labels, test)
        })
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
        clip_norm: None,
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
        let (train, test) = (rows(6), rows(3));
        let labels: Vec<usize> = (0..6 * classes).map(|sample| sample % classes).collect();
        let answers = fit_and_ask(&subject, &train, &labels, &test);
        assert_eq!(answers, labels[..3 * classes]);
    }
}
