//! Products of matrices in main memory.

use gemm::Parallelism;

/// A matrix whose element (i, j) is `numbers[i * row_step + j * column_step]`.
#[derive(Clone, Copy)]
pub(in crate::network) struct Matrix<'a> {
    numbers: &'a [f32],
    size: [usize; 2],
    steps: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// `rows` rows of `columns` numbers, one row after the other.
    ///
    /// # Panics
    /// If there are fewer numbers.
    pub fn new(numbers: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        assert!(numbers.len() >= rows * columns, "numbers of a matrix");
        Self {
            numbers,
            size: [rows, columns],
            steps: [columns, 1],
        }
    }

    /// The same numbers with rows and columns exchanged.
    pub fn transposed(mut self) -> Self {
        self.size.reverse();
        self.steps.reverse();
        self
    }
}

/// `out = left * right`, or `out += left * right` where `accumulate` is true;
/// `out` is row-major. Works on the calling thread alone, so that its caller
/// can share the work out, and the same product always has the same bits.
///
/// # Panics
/// If the sizes do not match.
pub(in crate::network) fn multiply(
    left: Matrix<'_>,
    right: Matrix<'_>,
    out: &mut [f32],
    accumulate: bool,
) {
    let [rows, inner] = left.size;
    let [other_inner, columns] = right.size;
    assert_eq!(inner, other_inner, "inner sizes of a product");
    assert!(out.len() >= rows * columns, "numbers of a product");
    if rows * columns == 0 {
        return;
    }
    let step = |steps: usize| steps as isize;
    // SAFETY: `Matrix::new` checked that every element addressed by size and
    // steps lies within `numbers`, which `transposed` keeps true; `out` holds
    // rows * columns numbers and is borrowed for writing, so it overlaps neither.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            1,
            step(columns),
            accumulate,
            left.numbers.as_ptr(),
            step(left.steps[1]),
            step(left.steps[0]),
            right.numbers.as_ptr(),
            step(right.steps[1]),
            step(right.steps[0]),
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplies_transposes_and_accumulates() {
        let left = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let left = Matrix::new(&left, [2, 3]);
        let right = [1.0, 0.0, 2.0, 1.0, 1.0, 1.0];
        let right = Matrix::new(&right, [2, 3]).transposed();
        let mut out = [0.0; 4];
        multiply(left, right, &mut out, false);
        assert_eq!(out, [7.0, 6.0, 16.0, 15.0]);
        multiply(left, right, &mut out, true);
        assert_eq!(out, [14.0, 12.0, 32.0, 30.0]);
    }

    #[test]
    #[should_panic(expected = "inner sizes")]
    fn sizes_that_do_not_match_are_a_bug() {
        let numbers = [0.0; 6];
        let matrix = Matrix::new(&numbers, [2, 3]);
        multiply(matrix, matrix, &mut [0.0; 4], false);
    }
}
