//! The patches under a kernel as columns of a matrix, and back.

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
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Places of the kernel on one sample.
    pub fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Numbers in one sample.
    pub fn sample_length(&self) -> usize {
        self.channels * self.input[0] * self.input[1]
    }

    /// Writes `[length, samples * positions]`: one row per place within the
    /// patch, one column per place of the kernel, sample after sample; zero
    /// where the patch lies outside.
    pub fn unfold(&self, samples: &[f32], columns: &mut [f32]) {
        self.rows(
            samples.len() / self.sample_length(),
            |row, sample, range| {
                let columns = &mut columns[row.columns.clone()];
                let Some((start, first, last)) = range else {
                    columns.fill(0.0);
                    return;
                };
                columns[..first].fill(0.0);
                columns[last..].fill(0.0);
                let source = &samples[sample..][start..];
                let stride = self.stride[1];
                if stride == 1 {
                    columns[first..last].copy_from_slice(&source[..last - first]);
                } else {
                    for (index, number) in columns[first..last].iter_mut().enumerate() {
                        *number = source[index * stride];
                    }
                }
            },
        );
    }

    /// The adjoint of [`Patches::unfold`]: adds every column back to where its
    /// patch came from.
    pub fn fold(&self, columns: &[f32], samples: &mut [f32]) {
        self.rows(
            samples.len() / self.sample_length(),
            |row, sample, range| {
                let Some((start, first, last)) = range else {
                    return;
                };
                let columns = &columns[row.columns.clone()][first..last];
                let target = &mut samples[sample..][start..];
                let stride = self.stride[1];
                if stride == 1 {
                    for (number, column) in target.iter_mut().zip(columns) {
                        *number += column;
                    }
                } else {
                    for (index, column) in columns.iter().enumerate() {
                        target[index * stride] += column;
                    }
                }
            },
        );
    }

    /// Visits every output row for every place within the patch, with the
    /// offset of the sample, and (offset of the first number read within it,
    /// first and last output column inside the image), none where the whole
    /// row lies outside.
    fn rows(
        &self,
        samples: usize,
        mut visit: impl FnMut(&Row, usize, Option<(usize, usize, usize)>),
    ) {
        let [height, width] = self.input;
        let [out_height, out_width] = self.output;
        let positions = self.positions();
        let kernel_places = self.kernel[0] * self.kernel[1];
        for place in 0..self.length() {
            let channel = place / kernel_places;
            let [down, right] = [
                place % kernel_places / self.kernel[1],
                place % self.kernel[1],
            ];
            // The output columns whose patch has this place inside the image.
            let first = self.padding[1]
                .saturating_sub(right)
                .div_ceil(self.stride[1]);
            let last = match (width + self.padding[1]).checked_sub(right + 1) {
                Some(reach) => (reach / self.stride[1] + 1).min(out_width),
                None => 0,
            };
            for sample in 0..samples {
                for line in 0..out_height {
                    let start = (place * samples + sample) * positions + line * out_width;
                    let row = Row {
                        columns: start..start + out_width,
                    };
                    let above = line * self.stride[0] + down;
                    let inside = (self.padding[0]..self.padding[0] + height).contains(&above);
                    let range = (inside && first < last).then(|| {
                        let y = above - self.padding[0];
                        let x = first * self.stride[1] + right - self.padding[1];
                        ((channel * height + y) * width + x, first, last)
                    });
                    visit(&row, sample * self.sample_length(), range);
                }
            }
        }
    }
}

/// One output row for one place within the patch.
struct Row {
    /// Where it lies in the matrix.
    columns: std::ops::Range<usize>,
}
