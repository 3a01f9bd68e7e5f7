//! Convolution in main memory, as products of matrices with the patches under the kernel.

use std::ops::{Deref, Range};

use rayon::prelude::*;

use super::Conv2d;
use super::parts::sum_over_parts;
use super::patches::Patches;
use crate::network::cpu::{Matrix, MatrixMut, Scratch, multiply, wide};

/// Columns of a product, about: enough to make it efficient.
const COLUMNS: usize = 512;
/// Numbers in the patches of a product, about: few enough that they stay in the cache.
const NUMBERS: usize = 1 << 19;
/// Rows of a product that one thread works on.
const ROWS: usize = 32;
/// Columns of a sum over weights that one thread works on.
const BLOCK: usize = 192;

/// A convolution over a batch of known size.
pub(super) struct Unfolded<'a> {
    conv: &'a Conv2d,
    patches: Patches,
    /// Samples that go through one product.
    chunk: usize,
    batch: usize,
}

impl<'a> Unfolded<'a> {
    /// For inputs `[batch, inputs, height, width]`.
    pub fn new(conv: &'a Conv2d, input: [usize; 4], output: [usize; 2]) -> Self {
        let [batch, _, height, width] = input;
        let patches = Patches::new(conv, [height, width], output);
        let columns = COLUMNS.min(NUMBERS / patches.length());
        Self {
            conv,
            chunk: (columns / patches.positions()).min(batch).max(1),
            patches,
            batch,
        }
    }

    /// `[batch, outputs, height, width]` without the bias.
    pub fn forward(&self, input: &[f32], weight: &[f32]) -> Vec<f32> {
        let positions = self.patches.positions();
        let mut output = vec![0.0; self.batch * self.conv.outputs * positions];
        output
            .par_chunks_mut(self.chunk * self.conv.outputs * positions)
            .zip(input.par_chunks(self.chunk * self.patches.sample_length()))
            .for_each(|(output, input)| {
                let samples = input.len() / self.patches.sample_length();
                let columns = self.unfold(input);
                let multiply = |product: &mut [f32]| {
                    for group in 0..self.conv.groups {
                        let weight = self.weight_of(group, weight);
                        let columns = self.columns_of(group, &columns, samples);
                        let rows = self.output_rows(group, samples * positions);
                        multiply_rows(weight, columns, &mut product[rows], false);
                    }
                };
                if samples == 1 {
                    return multiply(output);
                }
                let mut product = Scratch::of_length(output.len());
                multiply(&mut product);
                regroup(&product, output, [self.conv.outputs, samples, positions]);
            });
        output
    }

    /// dL/dx from dL/dy.
    pub fn input_gradient(&self, weight: &[f32], delta: &[f32]) -> Vec<f32> {
        let positions = self.patches.positions();
        let mut gradient = vec![0.0; self.batch * self.patches.sample_length()];
        gradient
            .par_chunks_mut(self.chunk * self.patches.sample_length())
            .zip(delta.par_chunks(self.chunk * self.conv.outputs * positions))
            .for_each(|(gradient, delta)| {
                let samples = delta.len() / (self.conv.outputs * positions);
                let length = self.patches.length() * samples * positions;
                let mut columns = Scratch::of_length(length);
                let delta = self.side_by_side(delta, samples);
                for group in 0..self.conv.groups {
                    let weight = self.weight_of(group, weight).transposed();
                    let delta = self.delta_of(group, &delta, samples);
                    let rows = self.patch_rows(group, samples * positions);
                    multiply_rows(weight, delta, &mut columns[rows], false);
                }
                self.patches.fold(&columns, gradient);
            });
        gradient
    }

    /// dL/dW from dL/dy.
    pub fn weight_gradient(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        self.sum_over_samples(input, delta, |input, delta, sum| {
            let samples = input.len() / self.patches.sample_length();
            let columns = self.unfold(input);
            let delta = self.side_by_side(delta, samples);
            for group in 0..self.conv.groups {
                let (columns, delta) = (
                    self.columns_of(group, &columns, samples),
                    self.delta_of(group, &delta, samples),
                );
                self.each_block(group, sum, |rows, sum| {
                    multiply(delta, columns.rows(rows).transposed(), sum, true);
                });
            }
        })
    }

    /// `sum_b (dL_b/dW)^2` from dL_b/dy_b.
    pub fn squared_weight_gradients(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        let positions = self.patches.positions();
        let outputs = self.conv.outputs / self.conv.groups;
        self.sum_over_samples(input, delta, |input, delta, sum| {
            let samples = input.len() / self.patches.sample_length();
            let columns = self.unfold(input);
            for group in 0..self.conv.groups {
                self.each_block(group, sum, |rows, sum| {
                    let size = sum.size();
                    let mut gradient = Scratch::of_length(size[0] * size[1]);
                    for sample in 0..samples {
                        let first = sample * self.conv.outputs + group * outputs;
                        let delta = Matrix::new(&delta[first * positions..], [outputs, positions]);
                        let columns = self.columns_of_sample(group, &columns, sample, samples);
                        let columns = columns.rows(rows.clone()).transposed();
                        let gradients = &mut MatrixMut::new(&mut gradient, size);
                        multiply(delta, columns, gradients, false);
                        for (row, gradient) in gradient.chunks_exact(size[1]).enumerate() {
                            let pairs = sum.row(row).iter_mut().zip(gradient);
                            wide(|| pairs.for_each(|(sum, entry)| *sum += entry * entry));
                        }
                    }
                });
            }
        })
    }

    /// Shares out the sum over weights `[outputs, patch rows]` of a group in blocks of
    /// columns, each with the patch rows that it is for.
    fn each_block(
        &self,
        group: usize,
        sum: &mut [f32],
        work: impl Fn(Range<usize>, &mut MatrixMut<'_>) + Sync,
    ) {
        let [outputs, rows] = [self.conv.outputs, self.patches.length()];
        let size = [outputs, rows].map(|count| count / self.conv.groups);
        let sum = MatrixMut::new(&mut sum[self.weight_range(group)], size);
        let blocks = sum.column_blocks(BLOCK).into_par_iter().enumerate();
        blocks.for_each(|(block, mut sum)| {
            let first = block * BLOCK;
            work(first..first + sum.size()[1], &mut sum);
        });
    }

    /// Adds up what `add` adds for each chunk of samples.
    fn sum_over_samples(
        &self,
        input: &[f32],
        delta: &[f32],
        add: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
    ) -> Vec<f32> {
        let sample = self.patches.sample_length();
        let of_output = self.conv.outputs * self.patches.positions();
        let length = self.weight_range(self.conv.groups - 1).end;
        sum_over_parts(self.batch, self.chunk, length, |samples, sum| {
            let input = &input[samples.start * sample..samples.end * sample];
            let delta = &delta[samples.start * of_output..samples.end * of_output];
            let chunks = input.chunks(self.chunk * sample);
            for (input, delta) in chunks.zip(delta.chunks(self.chunk * of_output)) {
                add(input, delta, sum);
            }
        })
    }

    fn unfold(&self, input: &[f32]) -> Scratch {
        let samples = input.len() / self.patches.sample_length();
        let width = samples * self.patches.positions();
        let mut columns = Scratch::of_length(self.patches.length() * width);
        self.patches.unfold(input, &mut columns);
        columns
    }

    /// `[samples, outputs, positions]` as `[outputs, samples * positions]`.
    fn side_by_side<'m>(&self, delta: &'m [f32], samples: usize) -> SideBySide<'m> {
        if samples == 1 {
            return SideBySide::AsItIs(delta);
        }
        let mut turned = Scratch::of_length(delta.len());
        let positions = self.patches.positions();
        regroup(delta, &mut turned, [samples, self.conv.outputs, positions]);
        SideBySide::Turned(turned)
    }

    fn weight_range(&self, group: usize) -> Range<usize> {
        let row = self.patches.length() / self.conv.groups;
        let length = self.conv.outputs / self.conv.groups * row;
        group * length..(group + 1) * length
    }

    fn output_rows(&self, group: usize, columns: usize) -> Range<usize> {
        let rows = self.conv.outputs / self.conv.groups;
        group * rows * columns..(group + 1) * rows * columns
    }

    fn patch_rows(&self, group: usize, columns: usize) -> Range<usize> {
        let rows = self.patches.length() / self.conv.groups;
        group * rows * columns..(group + 1) * rows * columns
    }

    /// `[outputs of the group, patch rows of the group]`.
    fn weight_of<'m>(&self, group: usize, weight: &'m [f32]) -> Matrix<'m> {
        let size = [
            self.conv.outputs / self.conv.groups,
            self.patches.length() / self.conv.groups,
        ];
        Matrix::new(&weight[self.weight_range(group)], size)
    }

    /// `[patch rows of the group, samples * positions]`.
    fn columns_of<'m>(&self, group: usize, columns: &'m [f32], samples: usize) -> Matrix<'m> {
        let width = samples * self.patches.positions();
        let size = [self.patches.length() / self.conv.groups, width];
        Matrix::new(&columns[self.patch_rows(group, width)], size)
    }

    /// `[patch rows of the group, positions]`.
    fn columns_of_sample<'m>(
        &self,
        group: usize,
        columns: &'m [f32],
        sample: usize,
        samples: usize,
    ) -> Matrix<'m> {
        let positions = self.patches.positions();
        let width = samples * positions;
        let columns = &columns[self.patch_rows(group, width)][sample * positions..];
        let size = [self.patches.length() / self.conv.groups, positions];
        Matrix::with_row_step(columns, size, width)
    }

    /// `[outputs of the group, samples * positions]`.
    fn delta_of<'m>(&self, group: usize, delta: &'m [f32], samples: usize) -> Matrix<'m> {
        let width = samples * self.patches.positions();
        let size = [self.conv.outputs / self.conv.groups, width];
        Matrix::new(&delta[self.output_rows(group, width)], size)
    }
}

/// What was to be put side by side.
enum SideBySide<'m> {
    AsItIs(&'m [f32]),
    Turned(Scratch),
}

impl Deref for SideBySide<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::AsItIs(numbers) => numbers,
            Self::Turned(numbers) => numbers,
        }
    }
}

/// `out = left * right` or `out += left * right`, blocks of its rows shared out over threads.
fn multiply_rows(left: Matrix<'_>, right: Matrix<'_>, out: &mut [f32], accumulate: bool) {
    let columns = right.columns();
    let blocks = out.par_chunks_mut(ROWS * columns).enumerate();
    blocks.for_each(|(block, out)| {
        let first = block * ROWS;
        let rows = first..first + out.len() / columns;
        let size = [rows.len(), columns];
        multiply(
            left.rows(rows),
            right,
            &mut MatrixMut::new(out, size),
            accumulate,
        );
    });
}

/// `[first, second, positions]` to `[second, first, positions]`.
fn regroup(from: &[f32], to: &mut [f32], [first, second, positions]: [usize; 3]) {
    let planes = to.par_chunks_mut(positions).enumerate();
    planes.for_each(|(plane, to)| {
        let (other, one) = (plane / first, plane % first);
        to.copy_from_slice(&from[(one * second + other) * positions..][..positions]);
    });
}
