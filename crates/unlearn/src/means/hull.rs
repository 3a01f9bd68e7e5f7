//! The nearest point of a convex hull.

use crate::solve::{Cholesky, add_to_diagonal, dot};

/// A part of the largest square of a point: no more is gained by going on.
const TOLERANCE: f64 = 1e-10;

/// The point of the convex hull of `points` that is nearest to `to`, as the weights of the points:
/// not negative, 1 in sum (Wolfe, "Finding the nearest point in a polytope", 1976).
///
/// # Panics
/// If there are no points.
pub fn nearest(points: &[Vec<f64>], to: &[f64]) -> Vec<f64> {
    let moved = |point: &Vec<f64>| point.iter().zip(to).map(|(p, t)| p - t).collect();
    let points: Vec<Vec<f64>> = points.iter().map(moved).collect();
    let square = |place: &usize| dot(&points[*place], &points[*place]);
    let scale = (0..points.len()).map(|place| square(&place));
    let tolerance = TOLERANCE * scale.fold(f64::MIN_POSITIVE, f64::max);
    let start = (0..points.len()).min_by(|a, b| square(a).total_cmp(&square(b)));
    let start = start.unwrap_or_else(|| panic!("no points"));
    // The corners of the hull's part that the nearest point lies in, with their weights.
    let mut corners = vec![(start, 1.0)];
    // Each round takes a corner set that was not there before; the limit is for rounding errors.
    for _ in 0..100 * points.len() {
        let nearest = combined(&points, &corners);
        let products = points.iter().map(|point| dot(&nearest, point));
        let lowest = products.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let (place, product) = lowest.unwrap_or((start, 0.0));
        let is_corner = corners.iter().any(|(corner, _)| *corner == place);
        if is_corner || product >= dot(&nearest, &nearest) - tolerance {
            break;
        }
        corners.push((place, 0.0));
        while !descend(&points, &mut corners, tolerance) {}
    }
    let mut weights = vec![0.0; points.len()];
    corners
        .iter()
        .for_each(|(place, weight)| weights[*place] = *weight);
    weights
}

/// Goes to the nearest point to 0 of the plane through the corners, or as far that way as the hull goes: then
/// a corner whose weight became 0 is left out, and there may be more to go. Returns whether it got there.
fn descend(points: &[Vec<f64>], corners: &mut Vec<(usize, f64)>, tolerance: f64) -> bool {
    let count = corners.len();
    let mut gram = vec![0.0; count * count];
    for (row, (one, _)) in corners.iter().enumerate() {
        for (column, (other, _)) in corners.iter().enumerate() {
            // With 1 added the solution, scaled to sum 1, is that of the plane's nearest point.
            gram[row * count + column] = dot(&points[*one], &points[*other]) + 1.0;
        }
    }
    add_to_diagonal(&mut gram, tolerance);
    let solution = Cholesky::new(gram).solve(&vec![1.0; count]);
    let sum: f64 = solution.iter().sum();
    let goal = solution.iter().map(|weight| weight / sum);
    let steps = corners.iter().zip(goal.clone());
    let steps = steps.filter(|(_, goal)| *goal <= 0.0);
    let step = steps
        .map(|((_, weight), goal)| weight / (weight - goal))
        .fold(1.0, f64::min);
    let moves = corners.iter_mut().zip(goal);
    moves.for_each(|((_, weight), goal)| *weight += step * (goal - *weight));
    if step >= 1.0 {
        return true;
    }
    let least = corners.iter().map(|(_, weight)| *weight);
    let least = least.fold(f64::INFINITY, f64::min);
    corners.retain(|(_, weight)| *weight > least.max(0.0));
    let sum: f64 = corners.iter().map(|(_, weight)| weight).sum();
    corners.iter_mut().for_each(|(_, weight)| *weight /= sum);
    corners.len() == 1
}

fn combined(points: &[Vec<f64>], corners: &[(usize, f64)]) -> Vec<f64> {
    let mut sum = vec![0.0; points[0].len()];
    for (place, weight) in corners {
        let numbers = sum.iter_mut().zip(&points[*place]);
        numbers.for_each(|(sum, number)| *sum += weight * number);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: usize, width: usize, shift: f64) -> Vec<Vec<f64>> {
        let number = |place: usize| (1.7 * place as f64 + shift).sin();
        (0..count)
            .map(|point| {
                (0..width)
                    .map(|axis| number(width * point + axis))
                    .collect()
            })
            .collect()
    }

    /// No point of the hull lies further along the line from the nearest point to where it is nearest to.
    #[test]
    fn nothing_in_the_hull_is_nearer() {
        for (count, width) in [(1, 3), (2, 5), (9, 32), (40, 3), (200, 20), (30, 1)] {
            for shift in [0.1, 0.7, 2.9] {
                let hull = points(count, width, shift);
                let to = points(1, width, 5.0 + shift)[0].clone();
                let weights = nearest(&hull, &to);
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                assert!(weights.iter().all(|weight| *weight >= 0.0));
                let corners: Vec<_> = weights.into_iter().enumerate().collect();
                let mut gap = combined(&hull, &corners);
                gap.iter_mut().zip(&to).for_each(|(gap, to)| *gap -= to);
                let square = dot(&gap, &gap);
                for point in &hull {
                    let point: Vec<f64> = point.iter().zip(&to).map(|(p, t)| p - t).collect();
                    assert!(
                        dot(&gap, &point) >= square - 1e-6,
                        "{count} {width} {shift}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_point_of_the_hull_is_its_own_nearest() {
        let hull = [
            vec![0.0, 0.0],
            vec![4.0, 0.0],
            vec![0.0, 4.0],
            vec![4.0, 0.0],
        ];
        let weights = nearest(&hull, &[1.0, 2.0]);
        let corners: Vec<_> = weights.into_iter().enumerate().collect();
        let found = combined(&hull, &corners);
        assert!((found[0] - 1.0).abs() < 1e-6 && (found[1] - 2.0).abs() < 1e-6);
    }
}
