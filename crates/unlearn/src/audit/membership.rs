//! Membership inference by the loss.

use std::collections::BTreeMap;

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
        let (area, moves) = area([&scores[0], &scores[1]]);
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
                estimate: either_way(area),
            }],
            histograms: vec![Histogram {
                title: "Loss of images".into(),
                x: "logarithm (base 10) of the loss in nats".into(),
                edges,
                groups: groups.into(),
            }],
            moves: BTreeMap::from([(
                "membership.auc".into(),
                match area.value < 0.5 {
                    true => moves.iter().map(|part| -part).collect(),
                    false => moves,
                },
            )]),
            ..Finding::default()
        }
    }
}

fn losses(subject: &Subject, samples: &Split) -> Vec<f64> {
    let network = &subject.model.network;
    let rows = logits(network, samples, subject);
    let shape = [samples.len(), network.class_count()];
    let logits = Value::from_vec(rows, &shape, network.device());
    CrossEntropy::new(&logits, &super::context::labels(samples), 0.0).losses
}

/// How many losses are in each bin of their logarithm.
fn counts(losses: &[f64], edges: &[f64]) -> Vec<usize> {
    let mut counts = vec![0; edges.len() - 1];
    for loss in losses {
        let place = edges[1..edges.len() - 1].partition_point(|edge| *edge <= loss.log10());
        counts[place] += 1;
    }
    counts
}

/// `0.5 + |area - 0.5|`, with an interval that holds what the area's own holds: from 0.5 where that
/// holds 0.5.
fn either_way(area: Estimate) -> Estimate {
    let turned = |number: f64| 0.5 + (number - 0.5).abs();
    let Some([low, high]) = area.interval else {
        return Estimate::exact(turned(area.value));
    };
    let least = if low <= 0.5 && high >= 0.5 {
        0.5
    } else {
        turned(low).min(turned(high))
    };
    Estimate::within(turned(area.value), [least, turned(low).max(turned(high))])
}

/// The area under the ROC curve of telling the first scores from the second by
/// being higher, with DeLong's interval, and what every score adds to it (DeLong's components,
/// less their mean).
fn area([ours, theirs]: [&[f64]; 2]) -> (Estimate, Vec<f64>) {
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
    let area = mean(&of_ours);
    let added = of_ours
        .iter()
        .map(|part| (part - area) / of_ours.len() as f64);
    let parts = of_theirs.iter().map(|part| 1.0 - part);
    let added = added.chain(parts.map(|part| (part - area) / of_theirs.len() as f64));
    (Estimate::normal(area, error), added.collect())
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
        let [low, high] = area([&ours, &theirs]).0.interval.unwrap();
        assert!(low < 0.5 && high > 0.5, "{low} {high}");
        // Of two uniform samples the error is about sqrt((1/m + 1/n) / 12).
        let expected = 2.0 * 1.96 * ((1.0 / 400.0 + 1.0 / 300.0) / 12.0f64).sqrt();
        assert!(((high - low) / expected - 1.0).abs() < 0.1, "{low} {high}");
    }

    #[test]
    fn scores_that_never_cross_are_told_apart_every_time() {
        let area = |ours: &[f64], theirs: &[f64]| area([ours, theirs]).0.value;
        assert_eq!(area(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(area(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        assert_eq!(area(&[1.0, 1.0], &[1.0, 1.0]), 0.5);
    }

    #[test]
    fn members_with_higher_losses_are_told_just_as_well() {
        let area = |value: f64, half: f64| {
            either_way(Estimate::within(value, [value - half, value + half]))
        };
        let close = |estimate: Estimate, value: f64, [low, high]: [f64; 2]| {
            let [found_low, found_high] = estimate.interval.unwrap();
            let pairs = [
                (estimate.value, value),
                (found_low, low),
                (found_high, high),
            ];
            assert!(
                pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12),
                "{estimate:?}"
            );
        };
        close(area(0.25, 0.125), 0.75, [0.625, 0.875]);
        close(area(0.75, 0.125), 0.75, [0.625, 0.875]);
        close(area(0.5, 0.125), 0.5, [0.5, 0.625]);
        close(area(0.4375, 0.125), 0.5625, [0.5, 0.6875]);
    }

    #[test]
    fn what_scores_add_has_the_variance_of_the_area() {
        let mut random = stream(6, "scores");
        let mut draw = |count: usize| (0..count).map(|_| random.random()).collect::<Vec<f64>>();
        let (ours, theirs) = (draw(300), draw(200));
        let (area, added) = area([&ours, &theirs]);
        let [low, high] = area.interval.unwrap();
        let error = (high - low) / 2.0 / 1.959_963_984_540_054;
        let variance = added.iter().map(|part| part * part).sum::<f64>();
        assert!((variance.sqrt() / error - 1.0).abs() < 0.01);
        assert!(added.iter().sum::<f64>().abs() < 1e-9);
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
