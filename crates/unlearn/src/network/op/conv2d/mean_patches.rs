//! What a convolution's kernel sees on average.

use std::ops::Range;

use rayon::prelude::*;

use super::Conv2d;
use crate::network::Value;

/// Per sample of `[batch, channels, height, width]` the mean patch under the kernel over all output
/// positions, zeros of the padding included: `[batch, channels * kernel height * kernel width]`.
pub fn mean_patches(conv: &Conv2d, input: &Value) -> Value {
    let &[batch, channels, height, width] = input.shape() else {
        panic!("conv2d on samples of shape {:?}", input.shape());
    };
    let [rows, columns] = conv.kernel;
    let positions = |axis: usize, length: usize| {
        (length + 2 * conv.padding[axis] - conv.kernel[axis]) / conv.stride[axis] + 1
    };
    let outputs = [positions(0, height), positions(1, width)];
    let scale = 1.0 / (outputs[0] * outputs[1]) as f64;
    let patch = channels * rows * columns;
    let mut means = vec![0.0; batch * patch];
    input.read(|numbers| {
        let planes = numbers.par_chunks_exact(height * width);
        let of_plane = means.par_chunks_exact_mut(rows * columns).zip(planes);
        of_plane.for_each(|(means, plane)| {
            for (offset, mean) in means.iter_mut().enumerate() {
                let at = |axis: usize, offset: usize, length: usize| {
                    places(conv, axis, offset, outputs[axis], length)
                };
                let sum: f64 = at(0, offset / columns, height)
                    .step_by(conv.stride[0])
                    .flat_map(|row| {
                        let places = at(1, offset % columns, width).step_by(conv.stride[1]);
                        places.map(move |column| f64::from(plane[row * width + column]))
                    })
                    .sum();
                *mean = (sum * scale) as f32;
            }
        });
    });
    Value::from_vec(means, &[batch, patch], &input.device())
}

/// From which place of an axis to which one element of the kernel lies on the input; the stride apart.
fn places(
    conv: &Conv2d,
    axis: usize,
    offset: usize,
    outputs: usize,
    length: usize,
) -> Range<usize> {
    let (stride, padding) = (conv.stride[axis], conv.padding[axis]);
    let skipped = padding.saturating_sub(offset).div_ceil(stride);
    let end = (outputs - 1) * stride + offset + 1;
    let first = skipped * stride + offset;
    first.saturating_sub(padding)..end.saturating_sub(padding).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;
    use crate::network::op::{Mode, Operation};

    /// The mean output is the kernel times the mean patch.
    #[test]
    fn mean_output_follows_from_the_mean_patch() {
        for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (5, 2, 0), (1, 2, 0), (3, 3, 2)] {
            let conv = Conv2d {
                padding: [padding; 2],
                ..Conv2d::new(2, 3, kernel).with_stride(stride)
            };
            let numbers = |count: usize, step: f32| -> Vec<f32> {
                (0..count).map(|i| (step * i as f32).sin()).collect()
            };
            let device = Device::flex();
            let input = Value::from_vec(numbers(2 * 2 * 7 * 8, 0.7), &[2, 2, 7, 8], &device);
            let width = 2 * kernel * kernel;
            let weight = numbers(3 * width, 0.3);
            let shape = [3, 2, kernel, kernel];
            let kernels = Value::from_vec(weight.clone(), &shape, &device);
            let output = conv.forward(vec![input.clone()], &[kernels], &mut Mode::Inference);
            let means = conv.mean_inputs(&input).unwrap().to_vec();
            let plane = output.output.element_count() / 6;
            let output = output.output.to_vec();
            for (place, of_output) in output.chunks(plane).enumerate() {
                let (sample, unit) = (place / 3, place % 3);
                let mean = of_output.iter().sum::<f32>() / plane as f32;
                let row = &weight[unit * width..][..width];
                let patch = &means[sample * width..][..width];
                let expected: f32 = row.iter().zip(patch).map(|(w, x)| w * x).sum();
                assert!((mean - expected).abs() < 1e-5, "{mean} {expected}");
            }
        }
    }
}
