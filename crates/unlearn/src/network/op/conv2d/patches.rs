//! The patches under a kernel as columns of a matrix, and back.

use std::ops::Range;

use rayon::prelude::*;

use super::Conv2d;

/// How a convolution's kernel moves over samples of one size.
pub(super) struct Patches {
    channels: usize,
    /// Height and width of a sample.
    input: [usize; 2],
    /// Height and width of the output.
    output: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Patches {
    /// The patches of `[inputs, height, width]` samples.
    pub fn new(conv: &Conv2d, input: [usize; 2], output: [usize; 2]) -> Self {
        Self {
            channels: conv.inputs,
            input,
            output,
            kernel: conv.kernel,
            stride: conv.stride,
            padding: conv.padding,
        }
    }

    /// Numbers in one patch: channels times kernel height times kernel width.
    pub fn length(&self) -> usize {
        self.channels * self.places()
    }

    /// Places of the kernel on one sample.
    pub fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Numbers in one sample.
    pub fn sample_length(&self) -> usize {
        self.channels * self.plane()
    }

    /// Writes `[length, samples * positions]`: one row per place within the
    /// patch, one column per place of the kernel, sample after sample; zero
    /// where the patch lies outside.
    pub fn unfold(&self, samples: &[f32], columns: &mut [f32]) {
        let (plane, positions, places) = (self.plane(), self.positions(), self.places());
        let count = samples.len() / self.sample_length();
        let rows = columns.par_chunks_mut(count * positions).enumerate();
        rows.for_each(|(row, columns)| {
            let (channel, place) = (row / places, row % places);
            for (sample, columns) in columns.chunks_exact_mut(positions).enumerate() {
                let source = &samples[(sample * self.channels + channel) * plane..][..plane];
                self.lines(place, |line, inside| {
                    let columns = &mut columns[line];
                    let Some((start, Range { start: first, end })) = inside else {
                        return columns.fill(0.0);
                    };
                    columns[..first].fill(0.0);
                    columns[end..].fill(0.0);
                    let (source, stride) = (&source[start..], self.stride[1]);
                    if stride == 1 {
                        columns[first..end].copy_from_slice(&source[..end - first]);
                    } else {
                        let columns = columns[first..end].iter_mut();
                        let source = source.iter().step_by(stride);
                        columns.zip(source).for_each(|(to, from)| *to = *from);
                    }
                });
            }
        });
    }

    /// The adjoint of [`Patches::unfold`]: adds every column back to where its
    /// patch came from.
    pub fn fold(&self, columns: &[f32], samples: &mut [f32]) {
        let (plane, positions, places) = (self.plane(), self.positions(), self.places());
        let count = samples.len() / self.sample_length();
        let planes = samples.par_chunks_mut(plane).enumerate();
        planes.for_each(|(index, target)| {
            let (sample, channel) = (index / self.channels, index % self.channels);
            for place in 0..places {
                let row = (channel * places + place) * count + sample;
                let columns = &columns[row * positions..][..positions];
                self.lines(place, |line, inside| {
                    let Some((start, range)) = inside else {
                        return;
                    };
                    let (columns, stride) = (&columns[line][range], self.stride[1]);
                    let target = &mut target[start..];
                    if stride == 1 {
                        let target = target.iter_mut().zip(columns);
                        target.for_each(|(to, from)| *to += from);
                    } else {
                        let target = target.iter_mut().step_by(stride).zip(columns);
                        target.for_each(|(to, from)| *to += from);
                    }
                });
            }
        });
    }

    /// Visits the lines of the output for a place within the kernel: with (where
    /// the line lies in a plane of the output, (where the first number read lies in a plane of
    /// the input, the columns whose patch has this place inside the image)), none
    /// where the whole line lies outside.
    fn lines(
        &self,
        place: usize,
        mut visit: impl FnMut(Range<usize>, Option<(usize, Range<usize>)>),
    ) {
        let [height, width] = self.input;
        let [out_height, out_width] = self.output;
        let [down, right] = [place / self.kernel[1], place % self.kernel[1]];
        let first = self.padding[1]
            .saturating_sub(right)
            .div_ceil(self.stride[1]);
        let last = match (width + self.padding[1]).checked_sub(right + 1) {
            Some(reach) => (reach / self.stride[1] + 1).min(out_width),
            None => 0,
        };
        for line in 0..out_height {
            let above = line * self.stride[0] + down;
            let inside = (self.padding[0]..self.padding[0] + height).contains(&above);
            let inside = (inside && first < last).then(|| {
                let y = above - self.padding[0];
                let x = first * self.stride[1] + right - self.padding[1];
                (y * width + x, first..last)
            });
            visit(line * out_width..(line + 1) * out_width, inside);
        }
    }

    /// Numbers in a plane of a sample.
    fn plane(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// Places within the kernel.
    fn places(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
}
