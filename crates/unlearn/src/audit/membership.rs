//! Membership inference by the loss.

use unlearn_data::Split;

use super::context::logits;
use super::{
    About, Audit, Context, Estimate, Figure, Finding, Good, Histogram, HistogramGroup, Subject,
    Unit,
};
use crate::network::{CrossEntropy, Value};

/// Whether images that a model was trained on can be told by their loss.
///
/// Members are training images of the forgotten classes, non-members test
/// images of them, the score is minus the cross-entropy. The figure is the area
/// under the ROC curve: the probability that a member has the higher score, ties
/// counted half; its interval is DeLong's (DeLong, DeLong, Clarke-Pearson 1988).
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
        "0.5 is chance. Where the original does not give its members away either, this audit cannot tell models apart. \
         The histograms show the losses of images that were trained on, of others of the class, and of kept classes."
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
                label: "area under the ROC curve of guessing by the loss who was trained on".into(),
                unit: Unit::Number,
                about: About::Trace,
                good: Good::Low,
                margin: 0.05,
                estimate: area([&scores[0], &scores[1]]),
            }],
            histograms: vec![Histogram {
                title: "Loss of images".into(),
                x: "logarithm (base 10) of the loss in nats".into(),
                edges,
                groups: groups.into(),
            }],
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

/// The area under the ROC curve of telling the first scores from the second by
/// being higher, with DeLong's interval.
pub(super) fn area([ours, theirs]: [&[f64]; 2]) -> Estimate {
    let sorted = |scores: &[f64]| {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    // The part of `others` below each score, ties counted half.
    let below = |scores: &[f64], others: &[f64]| -> Vec<f64> {
        let parts = scores.iter().map(|score| {
            let less = others.partition_point(|other| other < score);
            let not_more = others.partition_point(|other| other <= score);
            (less + not_more) as f64 / 2.0 / others.len() as f64
        });
        parts.collect()
    };
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let of_ours = below(ours, &sorted(theirs));
    let of_theirs = below(theirs, &sorted(ours));
    let variance = |numbers: &[f64]| {
        let mean = mean(numbers);
        let squares = numbers
            .iter()
            .map(|number| (number - mean).powi(2))
            .sum::<f64>();
        squares / (numbers.len() - 1) as f64 / numbers.len() as f64
    };
    let error = (variance(&of_ours) + variance(&of_theirs)).sqrt();
    Estimate::normal(mean(&of_ours), error)
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;

    #[test]
    fn equal_distributions_are_told_apart_by_chance_only() {
        let mut random = stream(5, "scores");
        let mut draw = |count: usize| (0..count).map(|_| random.random()).collect::<Vec<f64>>();
        let (ours, theirs) = (draw(400), draw(300));
        let [low, high] = area([&ours, &theirs]).interval.unwrap();
        assert!(low < 0.5 && high > 0.5, "{low} {high}");
        // Of two uniform samples the error is about sqrt((1/m + 1/n) / 12).
        let expected = 2.0 * 1.96 * ((1.0 / 400.0 + 1.0 / 300.0) / 12.0f64).sqrt();
        assert!(((high - low) / expected - 1.0).abs() < 0.1, "{low} {high}");
    }

    #[test]
    fn scores_that_never_cross_are_told_apart_every_time() {
        assert_eq!(area([&[3.0, 4.0], &[1.0, 2.0]]).value, 1.0);
        assert_eq!(area([&[1.0, 2.0], &[3.0, 4.0]]).value, 0.0);
        assert_eq!(area([&[1.0, 1.0], &[1.0, 1.0]]).value, 0.5);
    }

    #[test]
    fn losses_beyond_the_ends_are_in_the_outermost_bins() {
        let edges = [-2.0, -1.0, 0.0, 1.0];
        assert_eq!(
            counts(&[0.0, 1e-9, 0.05, 0.5, 5.0, 1e9, f64::INFINITY], &edges),
            [3, 1, 3]
        );
    }
}
