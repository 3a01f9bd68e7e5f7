//! Products of matrices in main memory.

use std::marker::PhantomData;
use std::ops::Range;

use gemm::Parallelism;

/// A matrix whose element (i, j) is `numbers[i * steps[0] + j * steps[1]]`.
#[derive(Clone, Copy)]
pub(in crate::network) struct Matrix<'a> {
    numbers: &'a [f32],
    size: [usize; 2],
    steps: [usize; 2],
}

/// A matrix to write to, whose rows are `row_step` numbers apart.
pub(in crate::network) struct MatrixMut<'a> {
    /// The first element. Those addressed by size and step are borrowed for `'a` by
    /// this matrix alone.
    numbers: *mut f32,
    size: [usize; 2],
    row_step: usize,
    borrowed: PhantomData<&'a mut [f32]>,
}

// SAFETY: as `&mut [f32]`: no other matrix addresses the same elements.
unsafe impl Send for MatrixMut<'_> {}

impl<'a> Matrix<'a> {
    /// `rows` rows of `columns` numbers, one row after the other.
    ///
    /// # Panics
    /// If there are fewer numbers.
    pub fn new(numbers: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        Self::with_row_step(numbers, [rows, columns], columns)
    }

    /// The same with rows that are so many numbers apart.
    ///
    /// # Panics
    /// If there are fewer numbers.
    pub fn with_row_step(numbers: &'a [f32], size: [usize; 2], row_step: usize) -> Self {
        check(numbers.len(), size, row_step);
        Self {
            numbers,
            size,
            steps: [row_step, 1],
        }
    }

    /// Some of its rows.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn rows(self, rows: Range<usize>) -> Self {
        assert!(rows.end <= self.size[0], "rows of a matrix");
        Self {
            numbers: self
                .numbers
                .get(rows.start * self.steps[0]..)
                .unwrap_or_default(),
            size: [rows.len(), self.size[1]],
            steps: self.steps,
        }
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.size[1]
    }

    /// The same numbers with rows and columns exchanged.
    pub fn transposed(mut self) -> Self {
        self.size.reverse();
        self.steps.reverse();
        self
    }
}

impl<'a> MatrixMut<'a> {
    /// `rows` rows of `columns` numbers, one row after the other.
    ///
    /// # Panics
    /// If there are fewer numbers.
    pub fn new(numbers: &'a mut [f32], [rows, columns]: [usize; 2]) -> Self {
        Self::with_row_step(numbers, [rows, columns], columns)
    }

    /// The same with rows that are so many numbers apart.
    ///
    /// # Panics
    /// If there are fewer numbers.
    pub fn with_row_step(numbers: &'a mut [f32], size: [usize; 2], row_step: usize) -> Self {
        check(numbers.len(), size, row_step);
        Self {
            numbers: numbers.as_mut_ptr(),
            size,
            row_step,
            borrowed: PhantomData,
        }
    }

    /// Its columns in blocks of a width; the last one may be narrower.
    pub fn column_blocks(self, width: usize) -> Vec<Self> {
        let [rows, columns] = self.size;
        let blocks = (0..columns).step_by(width).map(|first| Self {
            // SAFETY: within a row of the matrix, and no two blocks share an element.
            numbers: unsafe { self.numbers.add(first) },
            size: [rows, width.min(columns - first)],
            ..self
        });
        blocks.collect()
    }

    /// The numbers of a row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&mut self, row: usize) -> &mut [f32] {
        let [rows, columns] = self.size;
        assert!(row < rows, "row of a matrix");
        // SAFETY: the row lies within the elements that this matrix alone borrows.
        unsafe { std::slice::from_raw_parts_mut(self.numbers.add(row * self.row_step), columns) }
    }

    /// Rows and columns.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }
}

/// Refuses a matrix that does not lie within its numbers, or overlaps itself.
fn check(numbers: usize, [rows, columns]: [usize; 2], row_step: usize) {
    assert!(row_step >= columns, "rows of a matrix overlap");
    let needed = match rows.checked_sub(1) {
        Some(steps) => steps * row_step + columns,
        None => 0,
    };
    assert!(numbers >= needed, "numbers of a matrix");
}

/// `out = left * right`, or `out += left * right` where `accumulate` is true.
/// Works on the calling thread alone, so that its caller
/// can share the work out, and the same product always has the same bits.
///
/// # Panics
/// If the sizes do not match.
pub(in crate::network) fn multiply(
    left: Matrix<'_>,
    right: Matrix<'_>,
    out: &mut MatrixMut<'_>,
    accumulate: bool,
) {
    let [rows, inner] = left.size;
    let [other_inner, columns] = right.size;
    assert_eq!(inner, other_inner, "inner sizes of a product");
    assert_eq!(out.size, [rows, columns], "size of a product");
    if rows * columns == 0 {
        return;
    }
    let step = |steps: usize| steps as isize;
    // SAFETY: the constructors checked that every element addressed by size and
    // steps lies within `numbers`, which `rows` and `transposed` keep true; those of `out`
    // are borrowed by it alone, so they overlap neither, and its rows do not
    // overlap each other.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            out.numbers,
            1,
            step(out.row_step),
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
        multiply(left, right, &mut MatrixMut::new(&mut out, [2, 2]), false);
        assert_eq!(out, [7.0, 6.0, 16.0, 15.0]);
        multiply(left, right, &mut MatrixMut::new(&mut out, [2, 2]), true);
        assert_eq!(out, [14.0, 12.0, 32.0, 30.0]);
    }

    #[test]
    fn rows_may_lie_apart() {
        let numbers = [1.0, 2.0, -9.0, 3.0, 4.0];
        let matrix = Matrix::with_row_step(&numbers, [2, 2], 3);
        let mut out = [7.0; 6];
        let mut target = MatrixMut::with_row_step(&mut out, [2, 2], 4);
        multiply(matrix, matrix, &mut target, false);
        assert_eq!(out, [7.0, 10.0, 7.0, 7.0, 15.0, 22.0]);
    }

    #[test]
    fn blocks_of_columns_make_up_the_matrix() {
        let mut out = [0.0; 8];
        let blocks = MatrixMut::with_row_step(&mut out, [2, 3], 5).column_blocks(2);
        for (number, mut block) in blocks.into_iter().enumerate() {
            assert_eq!(block.size(), [2, [2, 1][number]]);
            for row in 0..2 {
                block.row(row).fill((2 * number + row + 1) as f32);
            }
        }
        assert_eq!(out, [1.0, 1.0, 3.0, 0.0, 0.0, 2.0, 2.0, 4.0]);
    }

    #[test]
    #[should_panic(expected = "inner sizes")]
    fn sizes_that_do_not_match_are_a_bug() {
        let numbers = [0.0; 6];
        let matrix = Matrix::new(&numbers, [2, 3]);
        let mut out = [0.0; 4];
        multiply(matrix, matrix, &mut MatrixMut::new(&mut out, [2, 2]), false);
    }
}
