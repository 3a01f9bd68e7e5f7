//! How far a row is to go for a mean feature to rise as wanted.

use super::ClassMeans;
use super::response::{LENGTHS, SHORTEST};

/// What a move costs, as a part of the square of what it would do were the response straight.
const COST: f64 = 0.02;

/// Lengths of moves that are tried, from the shortest known to the longest.
const TRIED: usize = 161;

/// How a mean feature rises with a move, straight between the lengths that were tried.
pub struct Curve {
    /// Lengths and rises, in the order of the lengths.
    points: [[f64; 2]; LENGTHS.len() + 1],
}

impl Curve {
    pub fn of(means: &ClassMeans, class: usize, feature: usize) -> Self {
        let (rises, features) = (means.response(class), means.sizes()[1]);
        let mut points = [[0.0; 2]; LENGTHS.len() + 1];
        // The last stays the move by nothing.
        for (place, length) in LENGTHS.into_iter().enumerate() {
            points[place] = [length, f64::from(rises[place * features + feature])];
        }
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        Self { points }
    }

    fn rise(&self, length: f64) -> f64 {
        let last = self.points.len() - 2;
        let place = self.points[1..=last].partition_point(|point| point[0] < length);
        let ([from, low], [to, high]) = (self.points[place], self.points[place + 1]);
        low + (high - low) * (length - from) / (to - from)
    }

    /// Of the rise by the length, at 0.
    pub fn slope(&self) -> f64 {
        (self.rise(SHORTEST) - self.rise(-SHORTEST)) / (2.0 * SHORTEST)
    }

    /// The length at which the rise is the wanted one, or nearly so where that would cost too much.
    pub fn length_for(&self, wanted: f64) -> f64 {
        let (shortest, longest) = (self.points[0][0], self.points[LENGTHS.len()][0]);
        let slope = self.slope();
        let cost =
            |length: &f64| (self.rise(*length) - wanted).powi(2) + COST * (length * slope).powi(2);
        let lengths = (0..TRIED)
            .map(|place| shortest + (longest - shortest) * place as f64 / (TRIED - 1) as f64);
        let best = lengths.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        best.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(rise: fn(f64) -> f64) -> Curve {
        let mut points = [[0.0; 2]; LENGTHS.len() + 1];
        let lengths = LENGTHS.into_iter().chain([0.0]);
        for (point, length) in points.iter_mut().zip(lengths) {
            *point = [length, rise(length)];
        }
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        Curve { points }
    }

    #[test]
    fn a_straight_answer_is_met_but_for_what_the_way_costs() {
        let curve = curve(|length| 3.0 * length);
        assert_eq!(curve.slope(), 3.0);
        for wanted in [-1.5, 0.0, 0.3, 4.0] {
            let found = 3.0 * curve.length_for(wanted);
            let least = wanted / (1.0 + COST);
            assert!((found - least).abs() < 0.04, "{wanted}: {found}");
        }
    }

    #[test]
    fn no_row_goes_far_for_what_cannot_be_had() {
        // A feature that rises whichever way its row goes.
        let curve = curve(|length| length + 2.0 * length * length);
        let found = curve.length_for(-5.0);
        assert!((-0.5..0.0).contains(&found), "{found}");
        assert_eq!(curve.length_for(0.0), 0.0);
    }
}
