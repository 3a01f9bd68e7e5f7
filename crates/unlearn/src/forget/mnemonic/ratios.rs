//! The ratios of importances of one parameter tensor, in few passes over memory and in place.

use std::ops::Range;

use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::Sign;
use super::eta::GUARD;
use super::passes::{PIECE, divide, extremes, largest_ratio};
use crate::network::wide;

/// [`super::eta()`] of one tensor as numbers proportional to it, which hold what
/// eta itself, as a 32-bit float, might not.
#[derive(Clone, Debug)]
pub struct Ratios {
    /// The largest eta in scope.
    largest: f64,
    /// The number that stands for it.
    top: f64,
    /// Proportional to eta; 0 out of scope.
    numbers: Vec<f32>,
}

/// One diagonal of a tensor: `write` gives the mean squared gradients of a piece of it,
/// times four to the power of `exponent`.
pub struct Scaled<F> {
    /// Is told where the piece begins, and what is known of it: where the ratios are to be, for the
    /// forgotten classes' diagonal; these classes' entries, for the kept ones'.
    pub write: F,
    /// Gradients were multiplied by two to this power before they were squared.
    pub exponent: i32,
}

/// The mean over `count` samples of squares that lie where the ratios are to be.
pub fn in_place(exponent: i32, count: usize) -> Scaled<impl Fn(usize, &[f32], &mut [f64]) + Sync> {
    let count = count as f64;
    let write = move |_: usize, squares: &[f32], entries: &mut [f64]| {
        wide(|| {
            for (entry, square) in entries.iter_mut().zip(squares) {
                *entry = f64::from(*square) / count;
            }
        });
    };
    Scaled { write, exponent }
}

/// Between one by this and this, numbers and their products with weights' moves are far from the
/// limits of 32-bit floats.
const RANGE: f64 = 1e20;

impl Ratios {
    /// The ratios of a tensor, for the elements in `scope`, in the memory of
    /// `numbers`, from which the forgotten classes' diagonal may be read; none where none of these
    /// elements is reached by a forgotten code.
    ///
    /// Two passes over the diagonals: the first finds what the guard of eta is.
    pub fn new<F, K>(
        mut numbers: Vec<f32>,
        forgotten: &Scaled<F>,
        kept: &Scaled<K>,
        scope: &[Range<usize>],
    ) -> Option<Self>
    where
        F: Fn(usize, &[f32], &mut [f64]) + Sync,
        K: Fn(usize, &[f64], &mut [f64]) + Sync,
    {
        // Both in the scale of the larger gradients, so that nothing overflows.
        // The numerators keep theirs: eta is the quotient times `power`, twice.
        let common = forgotten.exponent.min(kept.exponent);
        let power = f64::from(common - forgotten.exponent).exp2();
        let kept_power = f64::from(common - kept.exponent).exp2();
        let entries = |first: usize, numbers: &[f32], f: &mut [f64], k: &mut [f64]| {
            (forgotten.write)(first, numbers, f);
            (kept.write)(first, f, k);
            if kept_power < 1.0 {
                let power = kept_power * kept_power;
                wide(|| k.iter_mut().for_each(|k| *k *= power));
            }
        };
        let found = extremes(&numbers, &entries);
        let floor = GUARD * found.kept.max(found.forgotten * power * power);
        let least = found.forgotten / found.kept.max(floor);
        let most = found.forgotten / found.least_kept.max(floor);
        let scale = match least > 1.0 / RANGE && most < RANGE {
            true => 1.0,
            false => match largest_ratio(&numbers, &entries, floor) {
                0.0 => 1.0,
                largest => (-largest.log2().floor()).exp2(),
            },
        };
        let top = divide(&mut numbers, &entries, floor, scale);
        let top = match scope {
            [all] if *all == (0..numbers.len()) => top,
            parts => keep_only(&mut numbers, parts),
        };
        (top > 0.0).then_some(Self {
            largest: top / scale * power * power,
            top,
            numbers,
        })
    }

    /// The largest eta in scope.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// Shuffles the ratios of the elements in `scope`.
    pub fn permute(&mut self, scope: &[Range<usize>], random: &mut impl Rng) {
        let places = || scope.iter().cloned().flatten();
        let mut numbers: Vec<f32> = places().map(|place| self.numbers[place]).collect();
        numbers.shuffle(random);
        for (place, number) in places().zip(numbers) {
            self.numbers[place] = number;
        }
    }

    /// `w + sign * alpha * eta`, `alpha = min(lambda1, lambda2 / max eta)`.
    pub fn moved(&self, weights: &[f32], lambdas: [f64; 2], sign: Sign) -> Vec<f32> {
        let factor = self.factor(lambdas, sign);
        let length = self.numbers.len();
        assert_eq!(weights.len(), length, "weights to move");
        let mut moved = Vec::with_capacity(length);
        let places = moved.spare_capacity_mut()[..length].par_chunks_mut(PIECE);
        let pairs = self
            .numbers
            .par_chunks(PIECE)
            .zip(weights.par_chunks(PIECE));
        places.zip(pairs).for_each(|(places, (numbers, weights))| {
            wide(|| {
                for ((place, number), weight) in places.iter_mut().zip(numbers).zip(weights) {
                    place.write(weight + (factor * f64::from(*number)) as f32);
                }
            });
        });
        // SAFETY: there are as many places as numbers and weights, and each was written to.
        unsafe { moved.set_len(length) };
        moved
    }

    /// The same numbers in the memory of the ratios.
    pub fn into_moved(mut self, weights: &[f32], lambdas: [f64; 2], sign: Sign) -> Vec<f32> {
        let factor = self.factor(lambdas, sign);
        self.numbers
            .par_chunks_mut(PIECE)
            .zip(weights.par_chunks(PIECE))
            .for_each(|(numbers, weights)| {
                wide(|| {
                    for (number, weight) in numbers.iter_mut().zip(weights) {
                        *number = weight + (factor * f64::from(*number)) as f32;
                    }
                });
            });
        self.numbers
    }

    /// What a number is multiplied by to become a move.
    fn factor(&self, [lambda1, lambda2]: [f64; 2], sign: Sign) -> f64 {
        let largest_move = lambda2.min(lambda1 * self.largest);
        sign.factor() * largest_move / self.top
    }
}

/// Sets all numbers outside the ranges to 0; the largest of the others.
fn keep_only(numbers: &mut [f32], ranges: &[Range<usize>]) -> f64 {
    let mut kept = vec![0.0; numbers.len()];
    let mut top = 0f32;
    for range in ranges {
        let part = &numbers[range.clone()];
        kept[range.clone()].copy_from_slice(part);
        top = part.iter().fold(top, |top, number| top.max(*number));
    }
    numbers.copy_from_slice(&kept);
    f64::from(top)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::forget::eta;

    fn scaled<T>(
        values: &[f64],
        exponent: i32,
    ) -> Scaled<impl Fn(usize, &[T], &mut [f64]) + Sync + '_> {
        let write = move |first: usize, _: &[T], entries: &mut [f64]| {
            for (entry, value) in entries.iter_mut().zip(&values[first..]) {
                *entry = *value;
            }
        };
        Scaled { write, exponent }
    }

    fn whole(forgotten: &[f64], kept: &[f64], exponents: [i32; 2]) -> Option<Ratios> {
        let [f, k] = exponents;
        let (f, k) = (scaled(forgotten, f), scaled(kept, k));
        Ratios::new(
            vec![0.0; forgotten.len()],
            &f,
            &k,
            std::slice::from_ref(&(0..forgotten.len())),
        )
    }

    fn assert_is_eta(ratios: &Ratios, forgotten: &[f64], kept: &[f64]) {
        let expected = eta(forgotten, kept);
        let largest = expected.iter().fold(0f64, |most, eta| most.max(*eta));
        assert!(
            (ratios.largest / largest - 1.0).abs() < 1e-6,
            "{} {largest}",
            ratios.largest
        );
        for (number, expected) in ratios.numbers.iter().zip(&expected) {
            let found = f64::from(*number) / ratios.top;
            assert!(
                (found - expected / largest).abs() < 1e-6,
                "{found} {expected}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_reference_is_met(
            pairs in prop::collection::vec((-20f64..3.0, -20f64..3.0, 0u8..8), 1..40),
        ) {
            // Some are not reached, by the forgotten or the kept codes.
            let power = |log: f64, is_zero: bool| if is_zero { 0.0 } else { 10f64.powf(log) };
            let forgotten: Vec<f64> = pairs.iter().map(|(f, _, dice)| power(*f, *dice == 0)).collect();
            let kept: Vec<f64> = pairs.iter().map(|(_, k, dice)| power(*k, *dice == 1)).collect();
            match whole(&forgotten, &kept, [0, 0]) {
                Some(ratios) => assert_is_eta(&ratios, &forgotten, &kept),
                None => prop_assert!(forgotten.iter().all(|f| *f == 0.0)),
            }
        }
    }

    #[test]
    fn scales_that_no_double_holds_leave_their_ratio() {
        let values = [1.0, 4.0];
        let ratios = whole(&values, &[1.0, 1.0], [700, 699]).unwrap();
        assert!((ratios.largest - 1.0).abs() < 1e-12);
        // Kept gradients 2^600 times smaller: the guard's floor stands for them.
        let ratios = whole(&values, &[1.0, 1.0], [0, 600]).unwrap();
        assert!((ratios.largest * GUARD - 1.0).abs() < 1e-6);
        let moved = ratios.moved(&[1.0, 1.0], [f64::INFINITY, 0.5], Sign::Minus);
        assert_eq!(moved, [0.875, 0.5]);
        assert_eq!(
            ratios.into_moved(&[1.0, 1.0], [f64::INFINITY, 0.5], Sign::Minus),
            moved
        );
    }

    #[test]
    fn permuted_ratios_are_the_same_elsewhere_in_scope() {
        let values: Vec<f64> = (0..100).map(|i| 1.0 + f64::from(i)).collect();
        let mut ratios = whole(&values, &[1.0; 100], [0, 0]).unwrap();
        let before = ratios.numbers.clone();
        let scope = [0..20, 60..100];
        ratios.permute(&scope, &mut unlearn_data::stream(1, "test"));
        assert_ne!(ratios.numbers, before);
        assert_eq!(ratios.numbers[20..60], before[20..60]);
        ratios.numbers.sort_by(f32::total_cmp);
        assert_eq!(ratios.numbers, before, "which were sorted");
    }

    #[test]
    fn what_is_out_of_scope_stays() {
        let (forgotten, kept) = ([8.0, 2.0, 1.0, 16.0], [1.0; 4]);
        let (f, k) = (scaled(&forgotten, 0), scaled(&kept, 0));
        let ratios = Ratios::new(vec![0.0; 4], &f, &k, &[1..2, 2..3]).unwrap();
        assert_eq!(ratios.largest(), 2.0);
        assert_eq!(
            ratios.moved(&[0.0; 4], [1.0, 4.0], Sign::Plus),
            [0.0, 2.0, 1.0, 0.0]
        );
        assert!(whole(&[0.0; 3], &[1.0; 3], [0, 0]).is_none());
    }
}
