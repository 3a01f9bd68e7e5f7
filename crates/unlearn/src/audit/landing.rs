//! Where images of forgotten classes land.

use rand::Rng;
use unlearn_data::{Split, stream};

use super::context::logits;
use super::resample::{middle, resample};
use super::{About, Audit, Bars, Context, Estimate, Figure, Finding, Good, Subject, Unit};
use crate::network::largest;

/// Which kept class a model gives to images of the forgotten classes, and how
/// far that is from where retrained models put them.
///
/// Answers are the largest of the kept outputs, so models that still know the
/// class can be compared too. For shares p and q over the kept classes the total
/// variation is `sum |p - q| / 2` and the Jensen-Shannon distance
/// `sqrt((KL(p|m) + KL(q|m)) / 2)` with `m = (p + q) / 2` and logarithms to base
/// 2; both lie in `[0, 1]`. The figure is the mean over the retrained models, for one of these over the
/// others: a mean of few and one of many are alike, the nearest of few and of many are not.
///
/// Shares of few images differ by chance, so distances d between them are too large, and those of
/// images that are drawn again larger still, on average by about as much: the figure is `2 d` less their mean, and
/// the lower end of its interval `2 d` less their 97.5 % quantile (the basic bootstrap and its correction of bias:
/// Davison and Hinkley 1997, sections 2.1, 5.2). That fails near 0, which no distance can fall below, so the lower end is 0
/// where d is no larger than chance makes it (97.5 %) when it is drawn for every image which model gave which
/// answer. The upper end lies as far above d as their 2.5 % quantile below their mean: chance adds less to large
/// distances, so there nothing is taken off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landing;

/// How often it is drawn whose answer is whose.
const SWAPS: usize = 200;

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

    fn is_relative(&self) -> bool {
        true
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let images = context.test.of_classes(&context.forgotten);
        let own = landed(context, &images, subject);
        let others = context.other_retrained(subject).into_iter();
        let others: Vec<Vec<usize>> = others
            .map(|other| landed(context, &images, other))
            .collect();
        let classes = context.kept.len();
        let shares = shares(&own, classes, &vec![1.0; own.len()]);
        let names = subject.model.metadata.classes.names();
        let mut finding = Finding {
            bars: vec![Bars {
                title: "Kept class that images of the forgotten classes come nearest to, \
                        the forgotten classes left out"
                    .into(),
                y: "percent of images".into(),
                names: context
                    .kept
                    .iter()
                    .map(|class| names[*class].clone())
                    .collect(),
                values: shares.iter().map(|share| 100.0 * share).collect(),
            }],
            ..Finding::default()
        };
        if others.is_empty() {
            return finding;
        }
        let groups = super::context::labels(&images);
        for (key, label, distance) in [
            (
                "landing.total-variation",
                "total variation to the retrained models, mean",
                total_variation as Distance,
            ),
            (
                "landing.js",
                "Jensen-Shannon distance to the retrained models, mean",
                jensen_shannon,
            ),
        ] {
            let far = Far {
                distance,
                own: &own,
                others: &others,
                classes,
            };
            let (estimate, moves) = far.measure(&groups, context.seed);
            finding.figures.push(Figure {
                key: key.into(),
                label: label.into(),
                unit: Unit::Number,
                about: About::Trace,
                good: Good::Low,
                margin: 0.1,
                estimate,
            });
            finding.moves.insert(key.into(), moves);
        }
        finding
    }
}

/// Per image the place among the kept classes of the one that the model gives it.
fn landed(context: &Context<'_>, images: &Split, subject: &Subject) -> Vec<usize> {
    let network = &subject.model.network;
    let rows = logits(network, images, subject);
    let rows = rows.chunks_exact(network.class_count());
    let landed = rows.map(|row| {
        let kept: Vec<f32> = context.kept.iter().map(|class| row[*class]).collect();
        largest(&kept)
    });
    landed.collect()
}

/// The shares of the kept classes, of images that were drawn so often.
fn shares(landed: &[usize], classes: usize, weights: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; classes];
    let all = weights.iter().sum::<f64>().max(1.0);
    for (class, weight) in landed.iter().zip(weights) {
        shares[*class] += weight / all;
    }
    shares
}

type Distance = fn(&[f64], &[f64]) -> f64;

/// How far a model's answers are from those of others.
struct Far<'a> {
    distance: Distance,
    own: &'a [usize],
    others: &'a [Vec<usize>],
    classes: usize,
}

impl Far<'_> {
    /// The mean distance without what chance adds, and the plain one of images drawn again.
    fn measure(&self, groups: &[usize], seed: u64) -> (Estimate, Vec<f64>) {
        let plain = self.mean(&vec![1.0; self.own.len()]);
        let drawn = resample(groups, seed, |weights| self.mean(weights));
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let [_, chance] = middle(&self.by_chance(seed));
        let turned = |number: f64| (2.0 * plain - number).clamp(0.0, 1.0);
        let ([least, most], value) = (middle(&drawn), turned(mean));
        let low = if plain <= chance { 0.0 } else { turned(most) };
        let high = (plain + mean - least).clamp(0.0, 1.0);
        let estimate = Estimate::within(value, [low.min(value), high.max(value)]);
        (estimate, drawn)
    }

    /// The mean distance to the others, of images that were drawn so often.
    fn mean(&self, weights: &[f64]) -> f64 {
        let own = shares(self.own, self.classes, weights);
        let others = self.others.iter();
        let distances =
            others.map(|other| (self.distance)(&own, &shares(other, self.classes, weights)));
        distances.sum::<f64>() / self.others.len() as f64
    }

    /// Mean distances where it is drawn for every image which of all models' answers is the model's own.
    fn by_chance(&self, seed: u64) -> Vec<f64> {
        let mut random = stream(seed, "audit/landing");
        let weights = vec![1.0; self.own.len()];
        let drawn = (0..SWAPS).map(|_| {
            let (mut own, mut others) = (self.own.to_vec(), self.others.to_vec());
            for (image, answer) in own.iter_mut().enumerate() {
                let with = random.random_range(0..=others.len());
                if let Some(other) = others.get_mut(with) {
                    std::mem::swap(answer, &mut other[image]);
                }
            }
            let (own, others) = (&own[..], &others[..]);
            Far {
                own,
                others,
                ..*self
            }
            .mean(&weights)
        });
        drawn.collect()
    }
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
    use rand::Rng;
    use unlearn_data::stream;

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

    fn far<'a>(distance: Distance, own: &'a [usize], others: &'a [Vec<usize>]) -> Far<'a> {
        Far {
            distance,
            own,
            others,
            classes: 8,
        }
    }

    struct Trial {
        plain: f64,
        corrected: Estimate,
        /// The middle of distances of images drawn again.
        percentiles: [f64; 2],
    }

    /// Two models whose answers have nothing to do with each other and whose shares are as far
    /// apart as said.
    fn trial(random: &mut impl Rng, images: usize, truth: f64) -> Trial {
        // The second model gives a part of the first four classes' images to the others.
        let own: Vec<usize> = (0..images).map(|_| random.random_range(0..8)).collect();
        let other = (0..images).map(|_| {
            let class = random.random_range(0..8);
            class + 4 * usize::from(class < 4 && random.random_bool(2.0 * truth))
        });
        let others = [other.collect::<Vec<usize>>()];
        let far = far(total_variation, &own, &others);
        let plain = far.mean(&vec![1.0; images]);
        let (corrected, drawn) = far.measure(&vec![0; images], 1);
        Trial {
            plain,
            corrected,
            percentiles: middle(&drawn),
        }
    }

    #[test]
    fn few_images_do_not_make_shares_look_farther_apart_than_they_are() {
        let mut random = stream(9, "landing");
        for truth in [0.0, 0.2] {
            let trials: Vec<Trial> = (0..300).map(|_| trial(&mut random, 60, truth)).collect();
            let mean = |of: &dyn Fn(&Trial) -> f64| trials.iter().map(of).sum::<f64>() / 300.0;
            let plain = mean(&|trial| trial.plain) - truth;
            let corrected = mean(&|trial| trial.corrected.value) - truth;
            assert!(plain > 0.05, "{truth}: {plain}");
            // Of equal shares the bootstrap sees sqrt 2 - 1 of the bias, of others more.
            assert!(
                corrected.abs() < 0.65 * plain,
                "{truth}: {corrected} {plain}"
            );
            let holds = |[low, high]: [f64; 2]| f64::from(low <= truth && truth <= high);
            let held = mean(&|trial| holds(trial.corrected.interval.unwrap()));
            let before = mean(&|trial| holds(trial.percentiles));
            // 95 % of 300 within three deviations of a binomial.
            assert!(held >= 0.912 && before < 0.9, "{truth}: {held} {before}");
        }
    }

    /// The same images move both.
    #[test]
    fn a_model_is_at_no_distance_from_itself_however_few_images_there_are() {
        let own: Vec<usize> = (0..20).map(|image| image % 3).collect();
        let others = [own.clone()];
        let (estimate, _) = far(jensen_shannon, &own, &others).measure(&[0; 20], 1);
        assert_eq!(estimate, Estimate::certain(0.0));
    }

    #[test]
    fn many_images_leave_little_to_chance() {
        // Of 900 images a third of the answers is moved; both agree on the others.
        let own: Vec<usize> = (0..900).map(|image| image % 3).collect();
        let others = [own.iter().map(|class| (*class).max(1)).collect()];
        let (estimate, _) = far(total_variation, &own, &others).measure(&[0; 900], 1);
        assert!((estimate.value - 1.0 / 3.0).abs() < 0.01, "{estimate:?}");
        let [low, high] = estimate.interval.unwrap();
        assert!(low > 0.29 && high < 0.38, "{estimate:?}");
    }

    #[test]
    fn the_distance_is_the_mean_over_the_others() {
        let others = [vec![0; 64], vec![1; 64]];
        let far = far(total_variation, &[0; 64], &others);
        assert_eq!(far.mean(&[1.0; 64]), 0.5);
    }
}
