//! Sums over a batch.

use std::ops::Range;

use rayon::prelude::*;

/// Parts that a sum over a batch is cut into where its terms are short. A fixed
/// number, so that the result does not depend on the number of threads.
const PARTS: usize = 8;
/// Short terms: a sum for each part hardly takes memory. Long ones are shared out
/// over threads by their elements.
const SHORT: usize = 1 << 17;

/// The sum of `length` numbers over the samples of a batch: `add` adds those of a range
/// of samples, whole chunks but for the last one.
pub(super) fn sum_over_parts(
    batch: usize,
    chunk: usize,
    length: usize,
    add: impl Fn(Range<usize>, &mut [f32]) + Sync,
) -> Vec<f32> {
    let parts = if length <= SHORT { PARTS } else { 1 };
    let per_part = batch.div_ceil(parts).next_multiple_of(chunk);
    let sums = (0..batch.div_ceil(per_part)).into_par_iter().map(|part| {
        let mut sum = vec![0.0; length];
        add(
            part * per_part..((part + 1) * per_part).min(batch),
            &mut sum,
        );
        sum
    });
    let sums: Vec<Vec<f32>> = sums.collect();
    let mut sums = sums.into_iter();
    let mut total = sums.next().unwrap_or_else(|| vec![0.0; length]);
    for part in sums {
        let pairs = total.iter_mut().zip(&part);
        pairs.for_each(|(sum, part)| *sum += part);
    }
    total
}
