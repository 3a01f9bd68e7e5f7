//! Membership inference by the loss.

use std::collections::BTreeMap;

use unlearn_data::Split;

use super::context::logits;
use super::roc::{area, either_way};
use super::{
    About, Audit, Context, Figure, Finding, Good, Histogram, HistogramGroup, Subject, Unit,
};
use crate::network::{CrossEntropy, Value};

/// Whether images that a model was trained on can be told by their loss.
///
/// Members are training images of the forgotten classes, non-members test
/// images of them, the score is minus the cross-entropy. The area under the ROC curve is the
/// probability that a member has the higher score, ties counted half; its interval is DeLong's
/// (DeLong, DeLong, Clarke-Pearson 1988). Members that have the *lower* scores are told just as well, so the
/// figure is `0.5 + |area - 0.5|`: its interval is the area's, turned over at 0.5.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership;

impl Audit for Membership {
    fn name(&self) -> &'static str {
        "membership"
    }

    fn title(&self) -> &'static str {
        "Membership inference by the loss"
    }

    fn question(&self) -> &'static str {
        "Can somebody tell by the loss whether an image of the forgotten class was among those that the model was \
         trained on?"
    }

    fn reading(&self) -> &'static str {
        "0.5 is chance, and whichever way the losses differ counts. Where the original does not give its members away either, this audit cannot tell models apart. \
         The histograms show the losses of images that were trained on, of others of the class, and of kept classes."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["membership.auc"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        let short = context.members.iter().any(|split| split.len() < 2);
        short.then_some(
            "It needs at least two training and two test images of the forgotten classes.",
        )
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let [members, others] = context
            .members
            .each_ref()
            .map(|split| losses(subject, split));
        let kept = losses(subject, &context.test.of_classes(&context.kept));
        let scores =
            [&members, &others].map(|losses| losses.iter().map(|loss| -loss).collect::<Vec<_>>());
        let (estimate, moves) = either_way(area([&scores[0], &scores[1]]));
        let groups = [
            ("forgotten, trained on", &members),
            ("forgotten, test images", &others),
            ("kept, test images", &kept),
        ];
        let edges: Vec<f64> = (-12..=6).map(|power| f64::from(power) / 2.0).collect();
        let groups = groups.map(|(label, losses)| HistogramGroup {
            label: label.into(),
            counts: counts(losses, &edges),
        });
        Finding {
            figures: vec![Figure {
                key: "membership.auc".into(),
                label: "area under the ROC curve of guessing by the loss who was trained on, whichever way round"
                    .into(),
                unit: Unit::Number,
                about: About::Trace,
                good: Good::Low,
                margin: 0.05,
                estimate,
            }],
            histograms: vec![Histogram {
                title: "Loss of images".into(),
                x: "logarithm (base 10) of the loss in nats".into(),
                edges,
                groups: groups.into(),
            }],
            moves: BTreeMap::from([("membership.auc".into(), moves)]),
            ..Finding::default()
        }
    }
}

pub(super) fn losses(subject: &Subject, samples: &Split) -> Vec<f64> {
    let network = &subject.model.network;
    let rows = logits(network, samples, subject);
    let shape = [samples.len(), network.class_count()];
    let logits = Value::from_vec(rows, &shape, network.device());
    CrossEntropy::new(&logits, &super::context::labels(samples), 0.0).losses
}

/// How many losses are in each bin of their logarithm.
pub(super) fn counts(losses: &[f64], edges: &[f64]) -> Vec<usize> {
    let mut counts = vec![0; edges.len() - 1];
    for loss in losses {
        let place = edges[1..edges.len() - 1].partition_point(|edge| *edge <= loss.log10());
        counts[place] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_beyond_the_ends_are_in_the_outermost_bins() {
        let edges = [-2.0, -1.0, 0.0, 1.0];
        assert_eq!(
            counts(&[0.0, 1e-9, 0.05, 0.5, 5.0, 1e9, f64::INFINITY], &edges),
            [3, 1, 3]
        );
    }
}
