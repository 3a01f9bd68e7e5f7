//! What several classes take out of one tensor's totals.

use rayon::prelude::*;

use super::TensorTotals;

/// The squares of several classes, in the scale of the totals that they are taken out of.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The sum of the classes' squares.
    squares: Vec<f32>,
    /// The same without those that are their element's largest.
    others: Vec<f32>,
    /// Whether one of the classes holds the largest square.
    held: Vec<bool>,
}

/// As long as so much of a sum is left, its rounding errors do not matter.
const LEAST_LEFT: f64 = 1.0 / 1024.0;

/// Elements that one thread works on at the least.
const PIECE: usize = 1 << 14;

impl Taken {
    /// Nothing yet, for so many elements.
    pub fn new(length: usize) -> Self {
        Self {
            squares: vec![0.0; length],
            others: vec![0.0; length],
            held: vec![false; length],
        }
    }

    /// Adds a class, whose squares are multiplied by four to the power of `exponent`.
    pub fn add(&mut self, totals: &TensorTotals, class: usize, squares: &[f32], exponent: i32) {
        let power = f64::from(totals.exponent - exponent).exp2();
        let holders = totals.holder.par_iter().zip(squares);
        let sums = self
            .squares
            .par_iter_mut()
            .zip(&mut self.others)
            .zip(&mut self.held);
        sums.zip(holders).with_min_len(PIECE).for_each(
            |(((sum, others), held), (holder, square))| {
                let square = (f64::from(*square) * power * power) as f32;
                *sum += square;
                match usize::from(*holder) == class {
                    true => *held = true,
                    false => *others += square,
                }
            },
        );
    }

    /// The sum of the classes' squares divided by `count`, from a place on.
    pub fn mean(&self, count: usize) -> impl Fn(usize, &mut [f64]) + Sync + '_ {
        let share = (count as f64).recip();
        move |first, entries| {
            for (entry, square) in entries.iter_mut().zip(&self.squares[first..]) {
                *entry = f64::from(*square) * share;
            }
        }
    }

    /// The sum over all other classes divided by `count`, from a place on.
    pub fn left<'a>(
        &'a self,
        totals: &'a TensorTotals,
        count: usize,
    ) -> impl Fn(usize, &mut [f64]) + Sync + 'a {
        let share = (count as f64).recip();
        move |first, entries| {
            for (offset, entry) in entries.iter_mut().enumerate() {
                *entry = self.left_of(totals, first + offset) * share;
            }
        }
    }

    /// Whether cancellation leaves enough of every sum that matters to be exact
    /// to about four digits: two classes that both dominate an element may leave nothing
    /// but rounding errors.
    pub fn is_reliable(&self, totals: &TensorTotals) -> bool {
        let elements = (0..totals.len()).into_par_iter().with_min_len(PIECE);
        elements.all(|index| {
            let rest = f64::from(totals.rest[index]);
            let untouched = self.others[index] == 0.0;
            !self.held[index] || untouched || self.left_of(totals, index) >= LEAST_LEFT * rest
        })
    }

    fn left_of(&self, totals: &TensorTotals, index: usize) -> f64 {
        let rest = f64::from(totals.rest[index]) - f64::from(self.others[index]);
        match self.held[index] {
            true => rest.max(0.0),
            false => f64::from(totals.most[index]) + rest.max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tensor_totals::tests::{LENGTH, squares, totals};
    use super::*;

    #[test]
    fn several_classes_taken_out_leave_the_others_or_say_that_they_cannot() {
        let take = |totals: &TensorTotals, squares: &[Vec<f32>], classes: &[usize]| {
            let mut taken = Taken::new(LENGTH);
            for class in classes {
                taken.add(totals, *class, &squares[*class], 5);
            }
            taken
        };
        let mut squares = squares(10, 1.0);
        let totals = totals(&squares);
        let taken = take(&totals, &squares, &[1, 4, 7]);
        assert!(taken.is_reliable(&totals));
        let mut left = vec![0.0; LENGTH];
        taken.left(&totals, 7)(0, &mut left);
        for (index, left) in left.iter().enumerate() {
            let kept = [0, 2, 3, 5, 6, 8, 9].map(|class| f64::from(squares[class][index]));
            let expected = kept.iter().sum::<f64>() / 7.0 * 4f64.powi(totals.exponent - 5);
            assert!((left / expected - 1.0).abs() < 1e-3, "{left} {expected}");
        }
        // Two that dominate together.
        for class in [1, 4] {
            squares[class].iter_mut().for_each(|square| *square = 1e9);
        }
        let totals = super::super::tensor_totals::tests::totals(&squares);
        assert!(take(&totals, &squares, &[1]).is_reliable(&totals));
        assert!(!take(&totals, &squares, &[1, 4]).is_reliable(&totals));
    }
}
