//! Convolution in main memory, as products of matrices over a few samples.

use std::ops::Range;

use rayon::prelude::*;

use super::Conv2d;
use super::patches::Patches;
use crate::network::cpu::{Matrix, multiply};

/// Columns of a product that one thread works on: enough to make it efficient,
/// few enough that the patches stay in the cache.
const COLUMNS: usize = 512;
/// Parts that a sum over the batch is cut into. A fixed number, so that the
/// result does not depend on the number of threads.
const PARTS: usize = 8;

/// A convolution over a batch of known size.
pub(super) struct CpuConv<'a> {
    conv: &'a Conv2d,
    patches: Patches,
    batch: usize,
}

impl<'a> CpuConv<'a> {
    /// For inputs `[batch, inputs, height, width]`.
    pub fn new(conv: &'a Conv2d, input: [usize; 4], output: [usize; 2]) -> Self {
        let [batch, _, height, width] = input;
        Self {
            conv,
            patches: Patches::new(conv, [height, width], output),
            batch,
        }
    }

    /// `[batch, outputs, height, width]` without the bias.
    pub fn forward(&self, input: &[f32], weight: &[f32]) -> Vec<f32> {
        let chunk = self.chunk();
        let positions = self.patches.positions();
        let mut output = vec![0.0; self.batch * self.conv.outputs * positions];
        output
            .par_chunks_mut(chunk * self.conv.outputs * positions)
            .zip(input.par_chunks(chunk * self.patches.sample_length()))
            .for_each_init(Vec::new, |columns, (output, input)| {
                let samples = input.len() / self.patches.sample_length();
                self.unfold(input, columns);
                let mut product = vec![0.0; output.len()];
                for group in 0..self.conv.groups {
                    let weight = self.weight_of(group, weight);
                    let columns = self.columns_of(group, columns, samples);
                    let out = self.rows_of(group, samples * positions);
                    multiply(weight, columns, &mut product[out], false);
                }
                regroup(&product, output, [self.conv.outputs, samples, positions]);
            });
        output
    }

    /// dL/dx from dL/dy.
    pub fn input_gradient(&self, weight: &[f32], delta: &[f32]) -> Vec<f32> {
        let chunk = self.chunk();
        let positions = self.patches.positions();
        let mut gradient = vec![0.0; self.batch * self.patches.sample_length()];
        gradient
            .par_chunks_mut(chunk * self.patches.sample_length())
            .zip(delta.par_chunks(chunk * self.conv.outputs * positions))
            .for_each_init(Vec::new, |columns, (gradient, delta)| {
                let samples = delta.len() / (self.conv.outputs * positions);
                columns.resize(self.patches.length() * samples * positions, 0.0);
                let delta = self.side_by_side(delta, samples);
                for group in 0..self.conv.groups {
                    let weight = self.weight_of(group, weight).transposed();
                    let delta = self.delta_of(group, &delta, samples);
                    let part = self.patch_rows(group, samples * positions);
                    multiply(weight, delta, &mut columns[part], false);
                }
                self.patches.fold(columns, gradient);
            });
        gradient
    }

    /// dL/dW from dL/dy.
    pub fn weight_gradient(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        self.sum_over_batch(input, delta, self.chunk(), |product, sum| {
            product(sum, true);
        })
    }

    /// `sum_b (dL_b/dW)^2` from dL_b/dy_b.
    pub fn squared_weight_gradients(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        self.sum_over_batch(input, delta, 1, |product, sum| {
            let mut gradient = vec![0.0; sum.len()];
            product(&mut gradient, false);
            for (sum, entry) in sum.iter_mut().zip(&gradient) {
                *sum += entry * entry;
            }
        })
    }

    /// Adds up, chunk after chunk of samples, what `add` makes of the product
    /// `d [outputs, positions] * patches^T`; that product is a function which
    /// writes to, or adds to, a given array.
    fn sum_over_batch(
        &self,
        input: &[f32],
        delta: &[f32],
        chunk: usize,
        add: impl Fn(&dyn Fn(&mut [f32], bool), &mut [f32]) + Sync,
    ) -> Vec<f32> {
        let (sample, positions) = (self.patches.sample_length(), self.patches.positions());
        let per_part = self.batch.div_ceil(PARTS).next_multiple_of(chunk);
        let parts: Vec<Vec<f32>> = input
            .par_chunks(per_part * sample)
            .zip(delta.par_chunks(per_part * self.conv.outputs * positions))
            .map(|(input, delta)| {
                let mut sum = vec![0.0; self.weight_length()];
                let mut columns = Vec::new();
                let inputs = input.chunks(chunk * sample);
                for (input, delta) in
                    inputs.zip(delta.chunks(chunk * self.conv.outputs * positions))
                {
                    let samples = input.len() / sample;
                    self.unfold(input, &mut columns);
                    let delta = self.side_by_side(delta, samples);
                    let product = |out: &mut [f32], accumulate: bool| {
                        for group in 0..self.conv.groups {
                            let columns = self.columns_of(group, &columns, samples).transposed();
                            let delta = self.delta_of(group, &delta, samples);
                            let part = self.weight_range(group);
                            multiply(delta, columns, &mut out[part], accumulate);
                        }
                    };
                    add(&product, &mut sum);
                }
                sum
            })
            .collect();
        let mut parts = parts.into_iter();
        let mut total = parts
            .next()
            .unwrap_or_else(|| vec![0.0; self.weight_length()]);
        for part in parts {
            total
                .iter_mut()
                .zip(&part)
                .for_each(|(sum, part)| *sum += part);
        }
        total
    }

    /// Samples that go through one product.
    fn chunk(&self) -> usize {
        let by_columns = COLUMNS / self.patches.positions();
        by_columns.min(self.batch / PARTS).max(1)
    }

    fn unfold(&self, input: &[f32], columns: &mut Vec<f32>) {
        let samples = input.len() / self.patches.sample_length();
        columns.resize(
            self.patches.length() * samples * self.patches.positions(),
            0.0,
        );
        self.patches.unfold(input, columns);
    }

    /// `[samples, outputs, positions]` to `[outputs, samples * positions]`.
    fn side_by_side(&self, delta: &[f32], samples: usize) -> Vec<f32> {
        let mut turned = vec![0.0; delta.len()];
        regroup(
            delta,
            &mut turned,
            [samples, self.conv.outputs, self.patches.positions()],
        );
        turned
    }

    fn weight_length(&self) -> usize {
        self.conv.outputs * self.patches.length() / self.conv.groups
    }

    fn weight_range(&self, group: usize) -> Range<usize> {
        let length = self.weight_length() / self.conv.groups;
        group * length..(group + 1) * length
    }

    fn rows_of(&self, group: usize, columns: usize) -> Range<usize> {
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

    /// `[outputs of the group, samples * positions]`.
    fn delta_of<'m>(&self, group: usize, delta: &'m [f32], samples: usize) -> Matrix<'m> {
        let width = samples * self.patches.positions();
        let size = [self.conv.outputs / self.conv.groups, width];
        Matrix::new(&delta[self.rows_of(group, width)], size)
    }
}

/// `[first, second, positions]` to `[second, first, positions]`.
fn regroup(from: &[f32], to: &mut [f32], [first, second, positions]: [usize; 3]) {
    for one in 0..first {
        for other in 0..second {
            let source = &from[(one * second + other) * positions..][..positions];
            to[(other * first + one) * positions..][..positions].copy_from_slice(source);
        }
    }
}
