//! Convolution by tiles over a batch.

use std::ops::Range;

use rayon::prelude::*;

use super::kernels::{KERNEL, kernel_gradients, transform_kernels};
use super::planes::Tiles;
use super::tile::ELEMENTS;
use crate::network::cpu::{Matrix, MatrixMut, Scratch, multiply};
use crate::network::op::conv2d::Conv2d;
use crate::network::op::conv2d::parts::sum_over_parts;

/// Tiles that go through one product, about: enough to make it efficient, few enough
/// that they stay in the cache.
const TILES: usize = 256;
/// Tiles that a batch must have: with fewer, most of the time would go into
/// transforming the weights.
const FEWEST_TILES: usize = 32;
/// Channels on either side that the products need to pay for the transforms.
const FEWEST_CHANNELS: usize = 8;
/// Rows of a product that one thread works on.
const ROWS: usize = 32;
/// Numbers between the elements of one channel and those of the next beyond their
/// own: channels a power of two apart would share few lines of the cache.
const GAP: usize = 16;

/// A convolution over a batch of known size: 2.25 times fewer products than there
/// are terms in its sums.
pub struct Winograd {
    inputs: usize,
    outputs: usize,
    tiles: Tiles,
    /// Samples that go through one product.
    chunk: usize,
}

impl Winograd {
    /// For inputs `[batch, inputs, height, width]`; none where the convolution is
    /// of another kind, or too small to gain by it.
    pub fn new(
        conv: &Conv2d,
        [batch, _, height, width]: [usize; 4],
        output: [usize; 2],
    ) -> Option<Self> {
        let is_of_kind = conv.kernel == [3; 2] && conv.stride == [1; 2] && conv.groups == 1;
        let has_tiles = conv.padding.iter().all(|padding| *padding <= 2);
        let tiles = Tiles::new([height, width], output, conv.padding);
        let pays = conv.inputs.min(conv.outputs) >= FEWEST_CHANNELS
            && batch * tiles.count() >= FEWEST_TILES;
        (is_of_kind && has_tiles && pays).then(|| Self {
            inputs: conv.inputs,
            outputs: conv.outputs,
            tiles,
            chunk: (TILES / tiles.count()).min(batch).max(1),
        })
    }

    /// `[batch, outputs, height, width]` without the bias.
    pub fn forward(&self, input: &[f32], weight: &[f32]) -> Vec<f32> {
        let kernels = self.transformed(weight);
        let row = ELEMENTS * self.inputs;
        self.convolve(
            self.tiles,
            input,
            [self.inputs, self.outputs],
            |element, outputs| {
                let numbers = &kernels[outputs.start * row + element * self.inputs..];
                Matrix::with_row_step(numbers, [outputs.len(), self.inputs], row)
            },
        )
    }

    /// dL/dx from dL/dy: the convolution of dL/dy with the kernels turned round, in
    /// which the first and the last row and column of a transformed kernel change places.
    pub fn input_gradient(&self, weight: &[f32], delta: &[f32]) -> Vec<f32> {
        let kernels = self.transformed(weight);
        let row = ELEMENTS * self.inputs;
        let turned = |place: usize| [3, 1, 2, 0][place];
        self.convolve(
            self.tiles.backwards(),
            delta,
            [self.outputs, self.inputs],
            |element, inputs| {
                let element = 4 * turned(element / 4) + turned(element % 4);
                let numbers = &kernels[element * self.inputs + inputs.start..];
                Matrix::with_row_step(numbers, [self.outputs, inputs.len()], row).transposed()
            },
        )
    }

    /// dL/dW from dL/dy.
    pub fn weight_gradient(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        let [from, to] = [
            self.inputs * self.tiles.input_length(),
            self.outputs * self.tiles.output_length(),
        ];
        let batch = input.len() / from;
        let length = self.outputs * self.inputs;
        let sum = sum_over_parts(batch, self.chunk, ELEMENTS * length, |samples, sum| {
            let input = &input[samples.start * from..samples.end * from];
            let delta = &delta[samples.start * to..samples.end * to];
            let chunks = input.chunks(self.chunk * from);
            for (input, delta) in chunks.zip(delta.chunks(self.chunk * to)) {
                self.add_weight_gradient(input, delta, sum);
            }
        });
        let mut gradient = vec![0.0; length * KERNEL];
        let of_outputs = gradient.par_chunks_mut(self.inputs * KERNEL).enumerate();
        of_outputs.for_each(|(output, kernels)| {
            kernel_gradients(&sum[output * self.inputs..], length, kernels);
        });
        gradient
    }

    /// Adds `sum_t (A d_t A^T) (B^T x_t B)^T` of some samples, `[ELEMENTS, outputs, inputs]`.
    fn add_weight_gradient(&self, input: &[f32], delta: &[f32], sum: &mut [f32]) {
        let samples = input.len() / (self.inputs * self.tiles.input_length());
        let tiles = samples * self.tiles.count();
        let step = ELEMENTS * tiles + GAP;
        let inputs = transform_planes(self.tiles, input, self.inputs);
        let mut deltas = Scratch::of_length(self.outputs * step);
        let length = self.tiles.output_length();
        let of_channel = deltas.par_chunks_mut(step).enumerate();
        of_channel.for_each(|(channel, transformed)| {
            for sample in 0..samples {
                let plane = &delta[(sample * self.outputs + channel) * length..][..length];
                let of_sample = &mut transformed[sample * self.tiles.count()..];
                self.tiles.output_gradient(plane, of_sample, tiles);
            }
        });
        let of_element = sum.par_chunks_mut(self.outputs * self.inputs).enumerate();
        of_element.for_each(|(element, sum)| {
            let (inputs, deltas) = (&inputs[element * tiles..], &deltas[element * tiles..]);
            multiply(
                Matrix::with_row_step(deltas, [self.outputs, tiles], step),
                Matrix::with_row_step(inputs, [self.inputs, tiles], step).transposed(),
                &mut MatrixMut::new(sum, [self.outputs, self.inputs]),
                true,
            );
        });
    }

    /// Convolves `[batch, from, ..]` to `[batch, to, ..]`, with matrices `[rows, from]`
    /// of the transformed kernels for an element and a range of rows of the `to` channels.
    fn convolve<'k>(
        &self,
        tiles: Tiles,
        input: &[f32],
        [from, to]: [usize; 2],
        kernels: impl Fn(usize, Range<usize>) -> Matrix<'k> + Sync,
    ) -> Vec<f32> {
        let batch = input.len() / (from * tiles.input_length());
        let mut output = vec![0.0; batch * to * tiles.output_length()];
        output
            .par_chunks_mut(self.chunk * to * tiles.output_length())
            .zip(input.par_chunks(self.chunk * from * tiles.input_length()))
            .for_each(|(output, input)| {
                let samples = input.len() / (from * tiles.input_length());
                let count = samples * tiles.count();
                let step = ELEMENTS * count + GAP;
                let inputs = transform_planes(tiles, input, from);
                let mut products = Scratch::of_length(to * step);
                let blocks = products.par_chunks_mut(ROWS * step).enumerate();
                blocks.for_each(|(block, products)| {
                    let first = block * ROWS;
                    let rows = first..first + products.len() / step;
                    for element in 0..ELEMENTS {
                        let inputs = &inputs[element * count..];
                        let products = &mut products[element * count..];
                        multiply(
                            kernels(element, rows.clone()),
                            Matrix::with_row_step(inputs, [from, count], step),
                            &mut MatrixMut::with_row_step(products, [rows.len(), count], step),
                            false,
                        );
                    }
                });
                let planes = output.par_chunks_mut(tiles.output_length()).enumerate();
                planes.for_each(|(plane, output)| {
                    let (sample, channel) = (plane / to, plane % to);
                    let start = channel * step + sample * tiles.count();
                    tiles.output(&products[start..], count, output);
                });
            });
        output
    }

    /// The transformed kernels, `[outputs, ELEMENTS, inputs]`.
    fn transformed(&self, weight: &[f32]) -> Vec<f32> {
        let mut transformed = vec![0.0; self.outputs * ELEMENTS * self.inputs];
        transformed
            .par_chunks_mut(ELEMENTS * self.inputs)
            .zip(weight.par_chunks(KERNEL * self.inputs))
            .for_each(|(transformed, kernels)| {
                transform_kernels(kernels, transformed, self.inputs)
            });
        transformed
    }
}

/// The transformed tiles of samples `[samples, channels, ..]`: `[channels, ELEMENTS, tiles]`
/// with a gap after every channel.
fn transform_planes(tiles: Tiles, input: &[f32], channels: usize) -> Scratch {
    let length = tiles.input_length();
    let samples = input.len() / (channels * length);
    let count = samples * tiles.count();
    let step = ELEMENTS * count + GAP;
    let mut transformed = Scratch::of_length(channels * step);
    let of_channel = transformed.par_chunks_mut(step).enumerate();
    of_channel.for_each(|(channel, transformed)| {
        for sample in 0..samples {
            let plane = &input[(sample * channels + channel) * length..][..length];
            tiles.input(plane, &mut transformed[sample * tiles.count()..], count);
        }
    });
    transformed
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use super::*;

    const SIDE: usize = 8;
    const PADDED: usize = 1;

    /// Sixteen tiles a sample: sixteen samples go through one product.
    fn winograd(conv: &Conv2d, batch: usize) -> Winograd {
        let found = Winograd::new(conv, [batch, conv.inputs, SIDE, SIDE], [SIDE; 2]);
        found.unwrap()
    }

    fn conv() -> Conv2d {
        Conv2d::new(8, 9, 3)
    }

    /// The term `x[sample, i, y + k / 3, x + k % 3]` of zeros around the input.
    fn at(input: &[f32], plane: usize, y: usize, x: usize, k: usize) -> f64 {
        let place = [y + k / 3, x + k % 3].map(|place| place.checked_sub(PADDED));
        match place {
            [Some(y), Some(x)] if y < SIDE && x < SIDE => {
                f64::from(input[(plane * SIDE + y) * SIDE + x])
            }
            _ => 0.0,
        }
    }

    fn places() -> impl Iterator<Item = (usize, usize)> {
        (0..SIDE * SIDE).map(|place| (place / SIDE, place % SIDE))
    }

    /// `dL/dW[o, i, k] = sum over samples and places of d[o] x[i]`, term by term.
    fn weight_gradient(conv: &Conv2d, input: &[f32], delta: &[f32], batch: usize) -> Vec<f64> {
        let kernels = (0..conv.outputs * conv.inputs * KERNEL).map(|weight| {
            let (k, pair) = (weight % KERNEL, weight / KERNEL);
            let (i, o) = (pair % conv.inputs, pair / conv.inputs);
            let of_sample = |sample: usize| {
                let plane = &delta[(sample * conv.outputs + o) * SIDE * SIDE..][..SIDE * SIDE];
                let terms = places().zip(plane);
                let plane = sample * conv.inputs + i;
                terms
                    .map(|((y, x), d)| f64::from(*d) * at(input, plane, y, x, k))
                    .sum::<f64>()
            };
            (0..batch).map(of_sample).sum()
        });
        kernels.collect()
    }

    /// In a batch of 147 every part has two chunks of sixteen but the last, which has one of
    /// sixteen and one of three; of 20 there are two parts, the second of four samples.
    #[test]
    fn a_weight_gradient_counts_every_sample_of_every_chunk() {
        let conv = conv();
        for batch in [147, 20, 3] {
            let input = numbers(batch * conv.inputs * SIDE * SIDE, "input");
            let mut delta = numbers(batch * conv.outputs * SIDE * SIDE, "delta");
            // Some samples are answered surely and have no gradient.
            for sample in (0..batch).filter(|sample| sample % 5 == 4) {
                delta[sample * conv.outputs * SIDE * SIDE..][..conv.outputs * SIDE * SIDE]
                    .fill(0.0);
            }
            let found = winograd(&conv, batch).weight_gradient(&input, &delta);
            let expected = weight_gradient(&conv, &input, &delta, batch);
            let scale = expected
                .iter()
                .fold(0f64, |most, number| most.max(number.abs()));
            for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let off = (f64::from(*found) - expected).abs();
                assert!(off < 1e-5 * scale, "{batch}, {place}: {found} {expected}");
            }
        }
    }

    /// Many channels are summed in a single part.
    #[test]
    fn a_weight_gradient_of_many_channels_is_the_sum_over_its_chunks() {
        let conv = Conv2d::new(96, 88, 3);
        let [from, to] = [conv.inputs, conv.outputs].map(|channels| channels * SIDE * SIDE);
        let batch = 37;
        let (input, delta) = (numbers(batch * from, "input"), numbers(batch * to, "delta"));
        let whole = winograd(&conv, batch).weight_gradient(&input, &delta);
        let mut sum = vec![0.0; whole.len()];
        for first in (0..batch).step_by(5) {
            let samples = first..batch.min(first + 5);
            let part = winograd(&conv, samples.len()).weight_gradient(
                &input[samples.start * from..samples.end * from],
                &delta[samples.start * to..samples.end * to],
            );
            let pairs = sum.iter_mut().zip(part);
            pairs.for_each(|(sum, part)| *sum += f64::from(part));
        }
        let scale = sum.iter().fold(0f64, |most, number| most.max(number.abs()));
        for (found, expected) in whole.iter().zip(&sum) {
            assert!(
                (f64::from(*found) - expected).abs() < 1e-5 * scale,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn a_sample_is_convolved_alike_whatever_chunk_it_is_in() {
        let conv = conv();
        let [from, to] = [conv.inputs, conv.outputs].map(|channels| channels * SIDE * SIDE);
        let batch = 35;
        let (input, delta) = (numbers(batch * from, "input"), numbers(batch * to, "delta"));
        let weight = numbers(conv.outputs * conv.inputs * KERNEL, "weight");
        let whole = winograd(&conv, batch);
        let output = whole.forward(&input, &weight);
        let back = whole.input_gradient(&weight, &delta);
        for sample in [0, 15, 16, 31, 32, 34] {
            for (found, o) in output[sample * to..][..to]
                .chunks_exact(SIDE * SIDE)
                .zip(0..)
            {
                for ((y, x), found) in places().zip(found) {
                    let terms = (0..conv.inputs * KERNEL).map(|term| {
                        let weight = weight[o * conv.inputs * KERNEL + term];
                        let plane = sample * conv.inputs + term / KERNEL;
                        f64::from(weight) * at(&input, plane, y, x, term % KERNEL)
                    });
                    let expected = terms.sum::<f64>();
                    assert!(
                        (f64::from(*found) - expected).abs() < 1e-4,
                        "{sample}: {found}"
                    );
                }
            }
            // <forward(x), d> = <x, input_gradient(d)> of the sample alone.
            let [one, other] = [
                (&output[sample * to..][..to], &delta[sample * to..][..to]),
                (
                    &input[sample * from..][..from],
                    &back[sample * from..][..from],
                ),
            ]
            .map(|(a, b)| super::super::tests::dot(a, b));
            assert!((one - other).abs() < 1e-3, "{sample}: {one} {other}");
        }
    }
}
