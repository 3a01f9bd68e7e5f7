//! Solving with symmetric, positive definite matrices.

/// The lower triangle L of `A = L L^T`, in double precision.
#[derive(Clone, Debug)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// Of a symmetric, positive definite matrix `[size, size]`; of another it
    /// holds what is no number.
    ///
    /// # Panics
    /// If it is not square.
    pub fn new(mut matrix: Vec<f64>) -> Self {
        let size = matrix.len().isqrt();
        assert_eq!(matrix.len(), size * size, "elements of a square matrix");
        for row in 0..size {
            let (above, below) = matrix.split_at_mut(row * size);
            for column in 0..row {
                let other = &above[column * size..][..=column];
                let sum = dot(&below[..column], &other[..column]);
                below[column] = (below[column] - sum) / other[column];
            }
            below[row] = (below[row] - dot(&below[..row], &below[..row])).sqrt();
        }
        Self {
            size,
            lower: matrix,
        }
    }

    /// `L^-1 b`: of vectors with the second moments A it has the second moments 1.
    pub fn whiten(&self, right: &[f64]) -> Vec<f64> {
        let mut x = right.to_vec();
        for row in 0..self.size {
            let lower = &self.lower[row * self.size..];
            x[row] = (x[row] - dot(&lower[..row], &x[..row])) / lower[row];
        }
        x
    }

    /// `A^-1 b`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = self.whiten(right);
        for row in (0..self.size).rev() {
            let lower = &self.lower[row * self.size..];
            x[row] /= lower[row];
            let solved = x[row];
            let rest = x[..row].iter_mut().zip(lower);
            rest.for_each(|(x, lower)| *x -= lower * solved);
        }
        x
    }
}

/// Sums that go side by side, so that none waits for another.
const LANES: usize = 8;

/// `a . b`, in an order of its own: the same on every processor.
pub fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest = one.remainder().iter().zip(other.remainder());
    let rest: f64 = rest.map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (one, other) in one.zip(other) {
        for lane in 0..LANES {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_solves() {
        let matrix = [4.0, 1.0, -2.0, 1.0, 3.0, 0.5, -2.0, 0.5, 5.0];
        let x = Cholesky::new(matrix.to_vec()).solve(&[1.0, 2.0, 3.0]);
        for (row, right) in matrix.chunks(3).zip([1.0, 2.0, 3.0]) {
            assert!((dot(row, &x) - right).abs() < 1e-12);
        }
        let indefinite = Cholesky::new(vec![-1.0]);
        assert!(indefinite.solve(&[1.0])[0].is_nan());
    }
}
