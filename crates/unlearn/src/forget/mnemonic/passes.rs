//! Passes over the two diagonals of a tensor, piece by piece.
//!
//! `entries` writes f_F and f_R of the piece from a place on, whose numbers it is given.

use rayon::prelude::*;

use crate::network::wide;

/// Numbers that one thread works on while they lie in its cache.
pub(super) const PIECE: usize = 1 << 11;

/// What the first pass over a tensor finds.
#[derive(Clone, Copy)]
pub(super) struct Extremes {
    pub forgotten: f64,
    pub kept: f64,
    /// The smallest f_R where f_F is not 0.
    pub least_kept: f64,
}

/// Memory for f_F and f_R of a piece.
fn buffers() -> [[f64; PIECE]; 2] {
    [[0.0; PIECE]; 2]
}

/// The largest f_F and f_R, and the smallest f_R that divides.
pub(super) fn extremes(
    numbers: &[f32],
    entries: &(impl Fn(usize, &[f32], &mut [f64], &mut [f64]) + Sync),
) -> Extremes {
    let none = Extremes {
        forgotten: 0.0,
        kept: 0.0,
        least_kept: f64::INFINITY,
    };
    let pieces = numbers.par_chunks(PIECE).enumerate();
    let found = pieces.map_init(buffers, |[f, k], (piece, numbers)| {
        let (f, k) = (&mut f[..numbers.len()], &mut k[..numbers.len()]);
        entries(piece * PIECE, numbers, f, k);
        Extremes {
            forgotten: most(f),
            kept: most(k),
            least_kept: least_divisor(f, k),
        }
    });
    found.reduce(
        || none,
        |one, other| Extremes {
            forgotten: one.forgotten.max(other.forgotten),
            kept: one.kept.max(other.kept),
            least_kept: one.least_kept.min(other.least_kept),
        },
    )
}

/// The largest `f_F / max(f_R, floor)`.
pub(super) fn largest_ratio(
    numbers: &[f32],
    entries: &(impl Fn(usize, &[f32], &mut [f64], &mut [f64]) + Sync),
    floor: f64,
) -> f64 {
    let pieces = numbers.par_chunks(PIECE).enumerate();
    let largest = pieces.map_init(buffers, |[f, k], (piece, numbers)| {
        let (f, k) = (&mut f[..numbers.len()], &mut k[..numbers.len()]);
        entries(piece * PIECE, numbers, f, k);
        into_ratios(f, k, floor);
        most(k)
    });
    largest.reduce(|| 0.0, f64::max)
}

/// Writes `scale * f_F / max(f_R, floor)`, 0 where f_F is 0; the largest of them.
pub(super) fn divide(
    numbers: &mut [f32],
    entries: &(impl Fn(usize, &[f32], &mut [f64], &mut [f64]) + Sync),
    floor: f64,
    scale: f64,
) -> f64 {
    let pieces = numbers.par_chunks_mut(PIECE).enumerate();
    let largest = pieces.map_init(buffers, |[f, k], (piece, numbers)| {
        let (f, k) = (&mut f[..numbers.len()], &mut k[..numbers.len()]);
        entries(piece * PIECE, numbers, f, k);
        into_ratios(f, k, floor);
        wide(|| {
            for (number, ratio) in numbers.iter_mut().zip(&*k) {
                *number = (*ratio * scale) as f32;
            }
        });
        most(k) * scale
    });
    largest.reduce(|| 0.0, f64::max)
}

/// `k <- f / max(k, floor)`, 0 where f is.
fn into_ratios(f: &[f64], k: &mut [f64], floor: f64) {
    wide(|| {
        for (f, k) in f.iter().zip(k) {
            let divisor = if *k > floor { *k } else { floor };
            *k = if *f > 0.0 { f / divisor } else { 0.0 };
        }
    });
}

/// Numbers that are compared at the same time.
const LANES: usize = 8;

/// The largest of numbers that are not negative; 0 where there are none.
fn most(numbers: &[f64]) -> f64 {
    let most = wide(|| {
        let mut most = [0.0; LANES];
        let (lanes, rest) = numbers.as_chunks::<LANES>();
        for numbers in lanes {
            for (most, number) in most.iter_mut().zip(numbers) {
                *most = if *number > *most { *number } else { *most };
            }
        }
        rest.iter().fold(most, |mut most, number| {
            most[0] = number.max(most[0]);
            most
        })
    });
    most.into_iter().fold(0.0, f64::max)
}

/// The smallest f_R where f_F is not 0.
fn least_divisor(f: &[f64], k: &[f64]) -> f64 {
    let least = wide(|| {
        let mut least = [f64::INFINITY; LANES];
        let ((f_lanes, f_rest), (k_lanes, k_rest)) =
            (f.as_chunks::<LANES>(), k.as_chunks::<LANES>());
        for (f, k) in f_lanes.iter().zip(k_lanes) {
            for ((least, f), k) in least.iter_mut().zip(f).zip(k) {
                let k = if *f > 0.0 { *k } else { f64::INFINITY };
                *least = if k < *least { k } else { *least };
            }
        }
        let rest = f_rest.iter().zip(k_rest).filter(|(f, _)| **f > 0.0);
        rest.fold(least, |mut least, (_, k)| {
            least[0] = k.min(least[0]);
            least
        })
    });
    least.into_iter().fold(f64::INFINITY, f64::min)
}
