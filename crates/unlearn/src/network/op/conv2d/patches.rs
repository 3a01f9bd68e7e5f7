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
                match self.keeps_size() {
                    true => self.shift(place, source, columns),
                    false => self.gather(place, source, columns),
                }
            }
        });
    }

    /// Whether the output is as high and as wide as the input, place for place.
    fn keeps_size(&self) -> bool {
        self.stride == [1; 2] && self.input == self.output
    }

    /// What lies under a place of the kernel, where the output has the size of the input: the plane
    /// moved as a whole, then zeros where it came from a neighbouring line. Planes of deep layers have few
    /// numbers a line, so that going line by line takes longer than the product that follows.
    fn shift(&self, place: usize, source: &[f32], columns: &mut [f32]) {
        let width = self.input[1];
        let [down, right] = [place / self.kernel[1], place % self.kernel[1]];
        let from = down * width + right;
        let to = self.padding[0] * width + self.padding[1];
        let [first, start] = [to.saturating_sub(from), from.saturating_sub(to)];
        let count = source.len().saturating_sub(first.max(start));
        let [first, start] = [first, start].map(|place| place.min(source.len()));
        columns[..first].fill(0.0);
        columns[first..first + count].copy_from_slice(&source[start..start + count]);
        columns[first + count..].fill(0.0);
        let padding = self.padding[1];
        let outside = match right < padding {
            true => 0..(padding - right).min(width),
            false => width.saturating_sub(right - padding)..width,
        };
        if !outside.is_empty() {
            let lines = columns.chunks_exact_mut(width);
            lines.for_each(|line| line[outside.clone()].fill(0.0));
        }
    }

    /// What lies under a place of the kernel, line by line.
    fn gather(&self, place: usize, source: &[f32], columns: &mut [f32]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Kernels that keep the size of what they go over, wider than it too.
    #[test]
    fn a_plane_moved_as_a_whole_is_what_its_lines_are() {
        for (kernel, input) in [
            (1, [3, 5]),
            (3, [4, 4]),
            (3, [1, 2]),
            (5, [6, 3]),
            (7, [2, 3]),
        ] {
            let patches = Patches::new(&Conv2d::new(1, 1, kernel), input, input);
            assert!(patches.keeps_size());
            let source: Vec<f32> = (1..=patches.plane()).map(|number| number as f32).collect();
            for place in 0..patches.places() {
                let [mut moved, mut gathered] = [(); 2].map(|()| vec![f32::NAN; source.len()]);
                patches.shift(place, &source, &mut moved);
                patches.gather(place, &source, &mut gathered);
                assert_eq!(moved, gathered, "kernel {kernel}, {input:?}, place {place}");
            }
        }
    }
}
