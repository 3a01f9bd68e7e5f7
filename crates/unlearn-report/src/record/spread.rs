//! A mean and how much its numbers differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CellRecord;

/// Numbers of independent runs, summed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, divided by n - 1; none of a single number.
    pub deviation: Option<f64>,
    /// How many there are.
    pub count: usize,
}

impl Spread {
    /// Sums numbers up; none where there are none.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let count = numbers.len();
        let mean = numbers.iter().sum::<f64>() / count as f64;
        let squares = numbers.iter().map(|number| (number - mean).powi(2));
        let squares: f64 = squares.sum();
        (count > 0).then(|| Self {
            mean,
            deviation: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
            count,
        })
    }

    /// Sums a number of cells up: means within a training seed first, then over the seeds.
    pub(super) fn over_seeds(
        cells: &[&CellRecord],
        number: impl Fn(&CellRecord) -> Option<f64>,
    ) -> Option<Self> {
        let mut by_seed: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for cell in cells {
            if let Some(number) = number(cell) {
                by_seed.entry(cell.seed).or_default().push(number);
            }
        }
        let means = by_seed.values().filter_map(|of_seed| Self::of(of_seed));
        Self::of(&means.map(|of_seed| of_seed.mean).collect::<Vec<_>>())
    }

    /// Whether this mean lies above another by more than the noise: by more than
    /// twice the standard error of the difference, `2 sqrt(s_1^2 / n_1 + s_2^2 / n_2)`.
    /// A single number has no noise that is known, and never lies above.
    pub fn is_above(&self, other: &Self) -> bool {
        let error = |spread: &Self| Some(spread.deviation?.powi(2) / spread.count as f64);
        match error(self).zip(error(other)) {
            Some((one, two)) => self.mean - other.mean > 2.0 * (one + two).sqrt(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_a_sample() {
        let spread = Spread::of(&[1.0, 2.0, 6.0]).unwrap();
        assert_eq!(spread.mean, 3.0);
        assert!((spread.deviation.unwrap() - 7.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Spread::of(&[4.0]).unwrap().deviation, None);
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_difference_counts_where_it_exceeds_the_noise() {
        let of = |numbers: &[f64]| Spread::of(numbers).unwrap();
        // Variance 2 and two numbers each: the error of the difference is 1.41.
        let (low, near, far) = (of(&[0.0, 2.0]), of(&[2.0, 4.0]), of(&[5.0, 7.0]));
        assert!(!near.is_above(&low), "2 points at an error of 1.41");
        assert!(far.is_above(&low), "5 points at an error of 1.41");
        assert!(!low.is_above(&far));
        assert!(
            !of(&[99.0]).is_above(&low),
            "of one number nothing is known"
        );
    }
}
