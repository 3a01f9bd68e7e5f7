//! Where images of forgotten classes land.

use rand::Rng;
use unlearn_data::stream;

use super::context::batches;
use super::{About, Audit, Bars, Context, Estimate, Figure, Finding, Good, Role, Subject, Unit};
use crate::network::largest;

/// Which kept class a model gives to images of the forgotten classes, and how
/// far that is from where retrained models put them.
///
/// Answers are the largest of the kept outputs, so models that still know the
/// class can be compared too. For shares p and q over the kept classes the total
/// variation is `sum |p - q| / 2` and the Jensen-Shannon distance
/// `sqrt((KL(p|m) + KL(q|m)) / 2)` with `m = (p + q) / 2` and logarithms to base
/// 2; both lie in `[0, 1]`. Of several retrained models the nearest counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landing;

const RESAMPLES: usize = 200;

impl Audit for Landing {
    fn name(&self) -> &'static str {
        "landing"
    }

    fn title(&self) -> &'static str {
        "Where images of the class land"
    }

    fn question(&self) -> &'static str {
        "Which kept class do images of the forgotten class get instead, and is that where a model that never saw the \
         class puts them?"
    }

    fn reading(&self) -> &'static str {
        "Shares that differ from every retrained model's can give away which class was taken out. 0 means the same \
         shares, 1 no overlap; retrained models differ among themselves too, and that is the yardstick."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["landing.total-variation", "landing.js"]
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let images = context.test.of_classes(&context.forgotten);
        let mut counts = vec![0usize; context.kept.len()];
        for (_, batch) in batches(&images, subject) {
            let network = &subject.model.network;
            for row in network
                .forward(batch)
                .into_vec()
                .chunks_exact(network.class_count())
            {
                let kept: Vec<f32> = context.kept.iter().map(|class| row[*class]).collect();
                counts[largest(&kept)] += 1;
            }
        }
        let names = subject.model.metadata.classes.names();
        let all = images.len().max(1) as f64;
        Finding {
            bars: vec![Bars {
                title: "Kept class given to images of the forgotten classes".into(),
                y: "percent of images".into(),
                names: context
                    .kept
                    .iter()
                    .map(|class| names[*class].clone())
                    .collect(),
                values: counts
                    .iter()
                    .map(|count| 100.0 * *count as f64 / all)
                    .collect(),
            }],
            ..Finding::default()
        }
    }

    fn compare(&self, context: &Context<'_>, findings: &mut [Finding]) {
        let samples = context.test.of_classes(&context.forgotten).len();
        let shares: Vec<Vec<f64>> = findings
            .iter()
            .map(|finding| {
                finding.bars[0]
                    .values
                    .iter()
                    .map(|value| value / 100.0)
                    .collect()
            })
            .collect();
        for (place, finding) in findings.iter_mut().enumerate() {
            let others = context
                .subjects
                .iter()
                .enumerate()
                .filter(|(other, subject)| *other != place && subject.role == Role::Retrained);
            let nearest = others.min_by(|(a, _), (b, _)| {
                let distance = |other: usize| total_variation(&shares[place], &shares[other]);
                distance(*a).total_cmp(&distance(*b))
            });
            let Some((other, _)) = nearest else { continue };
            for (key, label, distance) in [
                (
                    "landing.total-variation",
                    "total variation to the nearest retrained model",
                    total_variation as Distance,
                ),
                (
                    "landing.js",
                    "Jensen-Shannon distance to the nearest retrained model",
                    jensen_shannon,
                ),
            ] {
                finding.figures.push(Figure {
                    key: key.into(),
                    label: label.into(),
                    unit: Unit::Number,
                    about: About::Trace,
                    good: Good::Low,
                    margin: 0.1,
                    estimate: resampled(
                        distance,
                        [&shares[place], &shares[other]],
                        samples,
                        context.seed,
                    ),
                });
            }
        }
    }
}

type Distance = fn(&[f64], &[f64]) -> f64;

/// A distance with the interval of a bootstrap over the images.
fn resampled(distance: Distance, [one, other]: [&[f64]; 2], samples: usize, seed: u64) -> Estimate {
    let mut random = stream(seed, "audit/landing");
    let mut draw = |shares: &[f64]| {
        let mut counts = vec![0.0; shares.len()];
        for _ in 0..samples {
            let mut left: f64 = random.random();
            let place = shares.iter().position(|share| {
                left -= share;
                left < 0.0
            });
            counts[place.unwrap_or(shares.len() - 1)] += 1.0 / samples as f64;
        }
        counts
    };
    let resamples = (0..RESAMPLES).map(|_| distance(&draw(one), &draw(other)));
    Estimate::resampled(distance(one, other), resamples.collect())
}

fn total_variation(one: &[f64], other: &[f64]) -> f64 {
    let pairs = one.iter().zip(other);
    pairs.map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0
}

fn jensen_shannon(one: &[f64], other: &[f64]) -> f64 {
    let term = |p: f64, m: f64| if p > 0.0 { p * (p / m).log2() } else { 0.0 };
    let pairs = one.iter().zip(other).map(|(p, q)| {
        let mean = (p + q) / 2.0;
        (term(*p, mean) + term(*q, mean)) / 2.0
    });
    pairs.sum::<f64>().max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_known_shares() {
        let (one, other) = ([1.0, 0.0], [0.0, 1.0]);
        assert_eq!(
            (total_variation(&one, &other), jensen_shannon(&one, &other)),
            (1.0, 1.0)
        );
        assert_eq!(
            (total_variation(&one, &one), jensen_shannon(&one, &one)),
            (0.0, 0.0)
        );
        // H(3/4, 1/4) - H(1/2, 1/2)/2 - H(1, 0)/2 = 0.8113 - 0.5.
        let half = jensen_shannon(&one, &[0.5, 0.5]);
        assert!((half - 0.311_278f64.sqrt()).abs() < 1e-5, "{half}");
    }

    #[test]
    fn the_interval_holds_the_distance() {
        let shares = [&[0.2, 0.8][..], &[0.7, 0.3][..]];
        let estimate = resampled(total_variation, shares, 400, 1);
        let [low, high] = estimate.interval.unwrap();
        assert!((estimate.value - 0.5).abs() < 1e-9);
        assert!(
            low > 0.4 && low < 0.5 && high > 0.5 && high < 0.6,
            "{low} {high}"
        );
    }
}
