//! The sum over classes of one tensor's squared gradients, while it grows.

use rayon::prelude::*;

use super::TensorTotals;

/// Squares are added up times four to this power: those of gradients from
/// `2^-767` to `2^255` are doubles then.
pub(super) const BASE: i32 = 256;

/// Stands for "no class yet".
const NOBODY: u16 = u16::MAX;

/// Per element the largest square of any class, the class that it is of, and the sum of
/// all others as two doubles, whose own sum has a hundred bits.
///
/// So the order in which classes and parts of them are added does not show in
/// what [`TensorSum::finish`] rounds to 24 bits: several processes come to the same as one.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSum {
    pub(super) most: Vec<f64>,
    pub(super) holder: Vec<u16>,
    pub(super) rest: Vec<f64>,
    pub(super) rest_low: Vec<f64>,
}

/// One element.
struct Element<'a> {
    most: &'a mut f64,
    holder: &'a mut u16,
    rest: &'a mut f64,
    rest_low: &'a mut f64,
}

impl TensorSum {
    /// Nothing, for so many elements.
    pub fn new(length: usize) -> Self {
        Self {
            most: vec![0.0; length],
            holder: vec![NOBODY; length],
            rest: vec![0.0; length],
            rest_low: vec![0.0; length],
        }
    }

    /// Adds the squares of a class, which are multiplied by four to the power
    /// of `exponent`.
    pub fn add(&mut self, class: u16, squares: &[f32], exponent: i32) {
        // In two steps: the square of a power can leave the range of doubles.
        let power = f64::from(BASE - exponent).exp2();
        self.elements(|index, mut element| {
            element.join(class, f64::from(squares[index]) * power * power);
        });
    }

    /// Adds another sum, of other classes.
    pub fn join(&mut self, other: &Self) {
        self.elements(|index, mut element| {
            element.join(other.holder[index], other.most[index]);
            element.add_rest(other.rest[index]);
            *element.rest_low += other.rest_low[index];
        });
    }

    fn elements(&mut self, visit: impl Fn(usize, Element<'_>) + Sync) {
        let most = self.most.par_iter_mut().zip(&mut self.holder);
        let rest = self.rest.par_iter_mut().zip(&mut self.rest_low);
        most.zip(rest).enumerate().with_min_len(1 << 12).for_each(
            |(index, ((most, holder), (rest, rest_low)))| {
                let element = Element {
                    most,
                    holder,
                    rest,
                    rest_low,
                };
                visit(index, element);
            },
        );
    }

    /// The sum in 32-bit floats, scaled so that they hold the largest well.
    pub fn finish(&self) -> TensorTotals {
        let rest = |index: usize| self.rest[index] + self.rest_low[index];
        let largest = self.most.iter().enumerate();
        let largest = largest.fold(0f64, |top, (index, most)| top.max(most + rest(index)));
        let exponent = match largest > 0.0 {
            true => BASE + ((60.0 - largest.log2()) / 2.0).floor() as i32,
            false => 0,
        };
        let power = f64::from(exponent - BASE).exp2();
        let scaled = |number: f64| (number * power * power) as f32;
        TensorTotals {
            most: self.most.iter().map(|most| scaled(*most)).collect(),
            holder: self.holder.clone(),
            rest: (0..self.rest.len())
                .map(|index| scaled(rest(index)))
                .collect(),
            exponent,
        }
    }
}

impl Element<'_> {
    /// Adds a class, or the largest of several.
    fn join(&mut self, class: u16, square: f64) {
        let is_larger = square > *self.most || square == *self.most && class < *self.holder;
        let smaller = match is_larger && square > 0.0 {
            true => {
                *self.holder = class;
                std::mem::replace(self.most, square)
            }
            false => square,
        };
        self.add_rest(smaller);
    }

    /// Adds to the rest without losing what does not fit into one double.
    fn add_rest(&mut self, number: f64) {
        let sum = *self.rest + number;
        let added = sum - *self.rest;
        *self.rest_low += (*self.rest - (sum - added)) + (number - added);
        *self.rest = sum;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However the classes are dealt out to processes, and in whichever
        /// order these are joined.
        #[test]
        fn the_order_does_not_show(
            squares in prop::collection::vec((0u8..3, -30f32..30.0), 2..60),
            shift in 0usize..60,
        ) {
            let squares: Vec<f32> = squares.iter().map(|(dice, log)| {
                if *dice == 0 { 0.0 } else { 10f32.powf(*log / 2.0) }
            }).collect();
            let sum_of = |classes: &mut dyn Iterator<Item = usize>| {
                let mut sum = TensorSum::new(1);
                for class in classes {
                    sum.add(class as u16, &squares[class..=class], 3);
                }
                sum
            };
            let all = squares.len();
            let single = sum_of(&mut (0..all));
            let mut parts: Vec<_> = (0..3)
                .map(|part| sum_of(&mut (0..all).rev().filter(|class| class % 3 == part)))
                .collect();
            parts.rotate_left(shift % 3);
            let mut joined = parts.remove(0);
            parts.iter().for_each(|part| joined.join(part));
            prop_assert_eq!(joined.finish(), single.finish());
        }
    }

    #[test]
    fn one_class_that_dominates_does_not_swallow_the_others() {
        let mut sum = TensorSum::new(1);
        for (class, square) in [(0, 3e-20), (1, 1e20), (2, 5e-20)] {
            sum.add(class, &[square], 0);
        }
        let totals = sum.finish();
        let scale = 4f64.powi(totals.exponent);
        assert_eq!(totals.holder, [1]);
        assert!((f64::from(totals.rest[0]) / scale / 8e-20 - 1.0).abs() < 1e-6);
        assert!((f64::from(totals.most[0]) / scale / 1e20 - 1.0).abs() < 1e-6);
    }
}
