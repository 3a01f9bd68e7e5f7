//! Where the mean features of a forgotten class are wanted.

use super::kept_rows::KeptRows;
use super::rows::doubles;
use super::{ClassMeans, hull};

/// Part of the way to the nearest mix of the kept classes' features, where the kept classes' rows leave no direction of their own.
const TO_HULL: f64 = 0.75;

/// Where the mean features of a class are wanted, less where they are: within the span of the kept classes' rows.
pub fn to_rows(means: &ClassMeans, class: usize, kept: &[usize], rows: &KeptRows) -> Vec<f64> {
    let mut off = doubles(means.feature(class));
    for other in kept {
        let pairs = off.iter_mut().zip(means.feature(*other));
        pairs.for_each(|(off, number)| *off -= f64::from(*number) / kept.len() as f64);
    }
    let within = rows.within(&off);
    within
        .iter()
        .zip(off)
        .map(|(within, off)| within - off)
        .collect()
}

/// The same: most of the way to the kept classes' convex hull.
pub fn to_hull(means: &ClassMeans, class: usize, kept: &[usize]) -> Vec<f64> {
    let points = kept.iter().map(|class| doubles(means.feature(*class)));
    let points: Vec<Vec<f64>> = points.collect();
    let from = doubles(means.feature(class));
    let weights = hull::nearest(&points, &from);
    let wanted = from.iter().enumerate().map(|(place, from)| {
        let of_points = weights.iter().zip(&points);
        let to: f64 = of_points.map(|(weight, point)| weight * point[place]).sum();
        TO_HULL * (to - from)
    });
    wanted.collect()
}
