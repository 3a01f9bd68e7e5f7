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
    let mut corners = Corners::default();
    corners.add(&points, start, 1.0);
    // Each round takes a corner set that was not there before; the limit is for rounding errors.
    for _ in 0..100 * points.len() {
        let nearest = corners.combined(&points);
        let products = points.iter().map(|point| dot(&nearest, point));
        let lowest = products.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let (place, product) = lowest.unwrap_or((start, 0.0));
        let is_corner = corners.places.contains(&place);
        if is_corner || product >= dot(&nearest, &nearest) - tolerance {
            break;
        }
        corners.add(&points, place, 0.0);
        while !corners.descend(tolerance) {}
    }
    let mut weights = vec![0.0; points.len()];
    let found = corners.places.iter().zip(&corners.weights);
    found.for_each(|(place, weight)| weights[*place] = *weight);
    weights
}

/// The corners of the hull's part that the nearest point lies in.
#[derive(Default)]
struct Corners {
    /// Which points they are.
    places: Vec<usize>,
    /// What they are weighted by, 1 in sum.
    weights: Vec<f64>,
    /// Their inner products with each other, kept: a corner stays for many rounds.
    products: Vec<Vec<f64>>,
}

impl Corners {
    fn add(&mut self, points: &[Vec<f64>], place: usize, weight: f64) {
        let products = self.places.iter().chain([&place]);
        let products: Vec<f64> = products
            .map(|other| dot(&points[*other], &points[place]))
            .collect();
        let rows = self.products.iter_mut().zip(&products);
        rows.for_each(|(row, product)| row.push(*product));
        self.products.push(products);
        self.places.push(place);
        self.weights.push(weight);
    }

    fn remove(&mut self, corner: usize) {
        self.places.remove(corner);
        self.weights.remove(corner);
        self.products.remove(corner);
        for row in &mut self.products {
            row.remove(corner);
        }
    }

    /// Goes to the nearest point to 0 of the plane through the corners, or as far that way as the hull goes: then
    /// a corner whose weight became 0 is left out, and there may be more to go. Returns whether it got there.
    fn descend(&mut self, tolerance: f64) -> bool {
        let count = self.places.len();
        // With 1 added the solution, scaled to sum 1, is that of the plane's nearest point.
        let products = self.products.iter().flatten();
        let mut gram: Vec<f64> = products.map(|product| product + 1.0).collect();
        add_to_diagonal(&mut gram, tolerance);
        let solution = Cholesky::new(gram).solve(&vec![1.0; count]);
        let sum: f64 = solution.iter().sum();
        let goal = solution.iter().map(|weight| weight / sum);
        let steps = self.weights.iter().zip(goal.clone());
        let steps = steps.filter(|(_, goal)| *goal <= 0.0);
        let step = steps
            .map(|(weight, goal)| weight / (weight - goal))
            .fold(1.0, f64::min);
        let moves = self.weights.iter_mut().zip(goal);
        moves.for_each(|(weight, goal)| *weight += step * (goal - *weight));
        if step >= 1.0 {
            return true;
        }
        let least = self.weights.iter().copied().fold(f64::INFINITY, f64::min);
        let gone = (0..count).filter(|corner| self.weights[*corner] <= least.max(0.0));
        let gone: Vec<usize> = gone.collect();
        gone.iter().rev().for_each(|corner| self.remove(*corner));
        let sum: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
        self.places.len() == 1
    }

    fn combined(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let mut sum = vec![0.0; points[0].len()];
        for (place, weight) in self.places.iter().zip(&self.weights) {
            let numbers = sum.iter_mut().zip(&points[*place]);
            numbers.for_each(|(sum, number)| *sum += weight * number);
        }
        sum
    }
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

    fn combined(points: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
        let corners = Corners {
            places: (0..points.len()).collect(),
            weights: weights.to_vec(),
            products: Vec::new(),
        };
        corners.combined(points)
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
                let mut gap = combined(&hull, &weights);
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
        let found = combined(&hull, &weights);
        assert!((found[0] - 1.0).abs() < 1e-6 && (found[1] - 2.0).abs() < 1e-6);
    }
}
