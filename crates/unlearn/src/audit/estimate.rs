//! Numbers with an interval.

use serde::{Deserialize, Serialize};

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

    /// This number less another, measured apart from it. Interval by the rule
    /// of squared distances (Newcombe 1998; Zou and Donner 2008): for a in
    /// `[a1, a2]` and b in `[b1, b2]`,
    /// `a - b - sqrt((a - a1)^2 + (b2 - b)^2)` to `a - b + sqrt((a2 - a)^2 + (b - b1)^2)`.
    pub fn minus(self, other: Self) -> Self {
        let value = self.value - other.value;
        if self.interval.is_none() && other.interval.is_none() {
            return Self::exact(value);
        }
        let [low, high] = self.interval.unwrap_or([self.value; 2]);
        let [other_low, other_high] = other.interval.unwrap_or([other.value; 2]);
        let below = (self.value - low).hypot(other_high - other.value);
        let above = (high - self.value).hypot(other.value - other_low);
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
    pub(super) fn resampled(value: f64, mut resampled: Vec<f64>) -> Self {
        if resampled.is_empty() {
            return Self::exact(value);
        }
        resampled.sort_by(f64::total_cmp);
        let last = (resampled.len() - 1) as f64;
        let at = |part: f64| resampled[(part * last).round() as usize];
        Self::within(value, [at(0.025).min(value), at(0.975).max(value)])
    }

    /// A number with a normal interval of this standard error.
    pub(super) fn normal(value: f64, error: f64) -> Self {
        Self::within(value, [value - QUANTILE * error, value + QUANTILE * error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn a_negative_factor_turns_the_interval_round() {
        let turned = Estimate::within(1.0, [0.0, 3.0]).times(-2.0);
        assert_eq!(turned, Estimate::within(-2.0, [-6.0, 0.0]));
    }

    #[test]
    fn the_middle_of_resampled_numbers() {
        let numbers = (0..=1000).rev().map(f64::from).collect();
        let estimate = Estimate::resampled(500.0, numbers);
        assert_eq!(estimate.interval, Some([25.0, 975.0]));
    }
}
