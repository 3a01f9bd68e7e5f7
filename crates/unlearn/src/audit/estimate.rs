//! Numbers with an interval.

use serde::{Deserialize, Serialize};

use super::resample::middle;

/// The quantile of the normal distribution that leaves 2.5 % above it.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// A measured number and where it would lie for other samples of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// A 95 % interval, low and high; none where nothing says how it scatters.
    pub interval: Option<[f64; 2]>,
}

impl Estimate {
    /// A number of which nobody knows how it scatters.
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            interval: None,
        }
    }

    /// A number in which nothing is drawn: it would be the same for other samples.
    pub fn certain(value: f64) -> Self {
        Self::within(value, [value; 2])
    }

    /// A number with its interval.
    pub fn within(value: f64, interval: [f64; 2]) -> Self {
        Self {
            value,
            interval: Some(interval),
        }
    }

    /// The mean of `samples` numbers in `[0, 1]`, with Wilson's score interval
    /// (1927): exact in its way for answers that are right or wrong, and too
    /// wide rather than too narrow for numbers in between, whose variance is
    /// at most `p (1 - p)`.
    pub fn share(mean: f64, samples: usize) -> Self {
        if samples == 0 {
            return Self::exact(mean);
        }
        let (n, p, square) = (samples as f64, mean, QUANTILE * QUANTILE);
        let centre = (p + square / (2.0 * n)) / (1.0 + square / n);
        let half = QUANTILE / (1.0 + square / n)
            * (p * (1.0 - p) / n + square / (4.0 * n * n)).max(0.0).sqrt();
        // The share itself always lies within.
        let (low, high) = ((centre - half).max(0.0), (centre + half).min(1.0));
        Self::within(mean, [low.min(mean), high.max(mean)])
    }

    /// This number less another, measured apart from it: see [`Estimate::minus_alike`] with
    /// correlation 0.
    pub fn minus(self, other: Self) -> Self {
        self.minus_alike(other, 0.0)
    }

    /// This number less another that was measured on the same samples and rises and falls with
    /// it by a correlation r. Interval by the rule of squared distances
    /// (Newcombe 1998; Zou and Donner 2008; with r: Zou 2007): for a in `[a1, a2]` and b in `[b1, b2]`,
    /// from `a - b - sqrt(p^2 + q^2 - 2 r p q)` with `p = a - a1`, `q = b2 - b`
    /// to `a - b + sqrt(p^2 + q^2 - 2 r p q)` with `p = a2 - a`, `q = b - b1`. None where one of
    /// the two has none.
    pub fn minus_alike(self, other: Self, correlation: f64) -> Self {
        let value = self.value - other.value;
        let Some(([low, high], [other_low, other_high])) = self.interval.zip(other.interval) else {
            return Self::exact(value);
        };
        let distance = |p: f64, q: f64| (p * p + q * q - 2.0 * correlation * p * q).max(0.0).sqrt();
        let below = distance(self.value - low, other_high - other.value);
        let above = distance(high - self.value, other.value - other_low);
        Self::within(value, [value - below, value + above])
    }

    /// The number in another unit.
    pub fn times(self, factor: f64) -> Self {
        let mut interval = self.interval.map(|ends| ends.map(|end| end * factor));
        if let Some(ends) = interval.as_mut().filter(|_| factor < 0.0) {
            ends.reverse();
        }
        Self {
            value: self.value * factor,
            interval,
        }
    }

    /// A number with the interval that holds the middle 95 % of `resampled`.
    pub(super) fn resampled(value: f64, resampled: &[f64]) -> Self {
        if resampled.is_empty() {
            return Self::exact(value);
        }
        let [low, high] = middle(resampled);
        Self::within(value, [low.min(value), high.max(value)])
    }

    /// A number with a normal interval of this standard error.
    pub(super) fn normal(value: f64, error: f64) -> Self {
        Self::within(value, [value - QUANTILE * error, value + QUANTILE * error])
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;
    use crate::audit::resample::correlation;

    #[test]
    fn wilsons_interval_is_the_published_one() {
        // 15 of 148: Newcombe 1998, table I, method 3: 0.0624 to 0.1605.
        let share = Estimate::share(15.0 / 148.0, 148);
        let [low, high] = share.interval.unwrap();
        assert!((low - 0.0624).abs() < 5e-5 && (high - 0.1605).abs() < 5e-5);
        let [low, high] = Estimate::share(1.0, 20).interval.unwrap();
        assert!(low > 0.8 && high == 1.0);
        assert_eq!(Estimate::share(0.5, 0).interval, None);
    }

    #[test]
    fn the_interval_of_a_difference_is_newcombes() {
        // 56/70 - 48/80: Newcombe 1998b, table II, method 10: 0.0524 to 0.3339.
        let difference = Estimate::share(0.8, 70).minus(Estimate::share(0.6, 80));
        let [low, high] = difference.interval.unwrap();
        assert!((low - 0.0524).abs() < 5e-5, "{low}");
        assert!((high - 0.3339).abs() < 5e-5, "{high}");
        let exact = Estimate::exact(2.0).minus(Estimate::exact(0.5));
        assert_eq!(exact, Estimate::exact(1.5));
        let half_known = Estimate::certain(2.0).minus(Estimate::exact(0.5));
        assert_eq!(half_known.interval, None);
        let certain = Estimate::certain(2.0).minus(Estimate::certain(0.5));
        assert_eq!(certain, Estimate::certain(1.5));
    }

    #[test]
    fn what_both_numbers_share_does_not_count_in_their_difference() {
        let (one, other) = (
            Estimate::within(5.0, [3.0, 7.0]),
            Estimate::within(4.0, [2.0, 6.0]),
        );
        assert_eq!(one.minus_alike(other, 1.0), Estimate::certain(1.0));
        assert_eq!(one.minus_alike(other, 0.0), one.minus(other));
        let [low, high] = one.minus_alike(other, 0.5).interval.unwrap();
        // sqrt(4 + 4 - 4).
        assert!((low + 1.0).abs() < 1e-12 && (high - 3.0).abs() < 1e-12);
    }

    /// Two shares of the same images, of which two in three are the same in both.
    #[test]
    fn the_interval_of_a_paired_difference_holds_the_truth_as_often_as_it_says() {
        let mut random = stream(11, "pairs");
        let (mut held, mut widths) = (0, [0.0; 2]);
        for _ in 0..400 {
            let pairs: Vec<[f64; 2]> = (0..150)
                .map(|_| {
                    let shared = random.random_bool(2.0 / 3.0);
                    let common = random.random_bool(0.6);
                    let mut of = |p| {
                        f64::from(if shared {
                            common
                        } else {
                            random.random_bool(p)
                        })
                    };
                    [of(0.7), of(0.4)]
                })
                .collect();
            let column = |at: usize| pairs.iter().map(|pair| pair[at]).collect::<Vec<f64>>();
            let [one, other] = [0, 1].map(column);
            let share = |of: &[f64]| Estimate::share(of.iter().sum::<f64>() / 150.0, 150);
            let correlation = correlation(&one, &other);
            let paired = share(&one).minus_alike(share(&other), correlation);
            let apart = share(&one).minus(share(&other));
            let [low, high] = paired.interval.unwrap();
            held += usize::from(low <= 0.1 && 0.1 <= high);
            for (width, estimate) in widths.iter_mut().zip([paired, apart]) {
                *width += estimate.interval.map_or(0.0, |[low, high]| high - low);
            }
        }
        // 95 % of 400 within three deviations of a binomial.
        assert!((367..=393).contains(&held), "{held}");
        assert!(widths[0] < 0.7 * widths[1], "{widths:?}");
    }

    #[test]
    fn a_negative_factor_turns_the_interval_round() {
        let turned = Estimate::within(1.0, [0.0, 3.0]).times(-2.0);
        assert_eq!(turned, Estimate::within(-2.0, [-6.0, 0.0]));
    }

    #[test]
    fn the_middle_of_resampled_numbers() {
        let numbers: Vec<f64> = (0..=1000).rev().map(f64::from).collect();
        let estimate = Estimate::resampled(500.0, &numbers);
        assert_eq!(estimate.interval, Some([25.0, 975.0]));
    }
}
