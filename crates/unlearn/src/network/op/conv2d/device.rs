//! Convolution by the operations of the tensors' own device.

use burn::tensor::Tensor;
use burn::tensor::module::{conv_transpose2d, conv2d, conv2d_weight_backward, unfold4d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions, UnfoldOptions};

use super::Conv2d;

impl Conv2d {
    pub(super) fn options(&self) -> ConvOptions<2> {
        ConvOptions::new(self.stride, self.padding, [1, 1], self.groups)
    }

    /// `[batch, outputs, height, width]` without the bias.
    pub(super) fn device_forward(&self, input: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
        conv2d(input, weight, None, self.options())
    }

    /// dL/dx from dL/dy.
    pub(super) fn device_input_gradient(
        &self,
        weight: Tensor<4>,
        delta: Tensor<4>,
        input: [usize; 4],
    ) -> Tensor<4> {
        let [_, _, out_height, out_width] = delta.dims();
        // What the strided kernel did not reach at the far end.
        let unreached = [(0, out_height), (1, out_width)].map(|(axis, length)| {
            input[2 + axis] + 2 * self.padding[axis]
                - ((length - 1) * self.stride[axis] + self.kernel[axis])
        });
        let options =
            ConvTransposeOptions::new(self.stride, self.padding, unreached, [1, 1], self.groups);
        conv_transpose2d(delta, weight, None, options)
    }

    /// dL/dW from dL/dy.
    pub(super) fn device_weight_gradient(
        &self,
        input: Tensor<4>,
        weight: Tensor<4>,
        delta: Tensor<4>,
    ) -> Tensor<4> {
        #[cfg(feature = "libtorch")]
        if let Some(gradient) = self.torch_weight_gradient(&input, &weight, &delta) {
            return gradient;
        }
        conv2d_weight_backward(input, weight, delta, self.options())
    }

    /// `sum_b (dL_b/dW)^2` from dL_b/dy_b, sample by sample.
    pub(super) fn device_squared_gradients(&self, input: Tensor<4>, delta: Tensor<4>) -> Tensor<4> {
        let [batch, outputs, height, width] = delta.dims();
        let delta = delta.reshape([batch, outputs, height * width]);
        let shape = self.weight_shape();
        let row = shape[1..].iter().product();
        let rows = outputs / self.groups;
        let mut sums: Vec<Tensor<2>> = Vec::with_capacity(self.groups);
        for sample in 0..batch {
            let patches = self.patches(input.clone().narrow(0, sample, 1));
            let delta = delta.clone().narrow(0, sample, 1).squeeze_dim::<2>(0);
            for group in 0..self.groups {
                let patches = patches.clone().narrow(0, group * row, row);
                let delta = delta.clone().narrow(0, group * rows, rows);
                let square = delta.matmul(patches.transpose()).square();
                match sums.get_mut(group) {
                    Some(sum) => *sum = sum.clone() + square,
                    None => sums.push(square),
                }
            }
        }
        Tensor::cat(sums, 0).reshape(shape)
    }

    /// The patches under the kernel for one sample `[1, inputs, height, width]`:
    /// `[inputs * kernel height * kernel width, positions]`.
    fn patches(&self, sample: Tensor<4>) -> Tensor<2> {
        // Padded here: with padding of its own the unfolding takes a path of
        // cost (inputs * kernel)^2.
        let padded = sample.pad(self.padding.map(|side| (side, side)), 0.0);
        let options = UnfoldOptions::new(self.stride, [0, 0], [1, 1]);
        unfold4d(padded, self.kernel, options).squeeze_dim(0)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use rand::Rng;
    use unlearn_data::stream;

    use super::super::cpu::CpuConv;
    use super::*;
    use crate::network::Value;
    use crate::network::op::Operation;

    fn assert_close(what: &str, conv: &Conv2d, ours: &[f32], theirs: Tensor<4>) {
        let theirs = Value::new(theirs).to_vec();
        let scale = theirs
            .iter()
            .fold(0f32, |most, number| most.max(number.abs()));
        assert_eq!(ours.len(), theirs.len());
        for (one, other) in ours.iter().zip(&theirs) {
            assert!(
                (one - other).abs() <= 1e-5 * scale,
                "{what} of {conv:?}: {one} {other}"
            );
        }
    }

    /// The two ways to convolve agree, for kernels, steps, borders and groups
    /// of many kinds.
    #[test]
    fn main_memory_and_device_agree() {
        let device = Device::flex();
        let mut random = stream(7, "convolutions");
        let mut by_tiles = 0;
        for case in 0..80 {
            let groups = random.random_range(1..=3);
            let mut conv = Conv2d {
                inputs: groups * random.random_range(1..=3),
                outputs: groups * random.random_range(1..=3),
                kernel: [random.random_range(1..=3), random.random_range(1..=3)],
                stride: [random.random_range(1..=3), random.random_range(1..=3)],
                padding: [random.random_range(0..=2), random.random_range(0..=2)],
                groups,
                bias: false,
            };
            // The last ones are such as training takes tile by tile.
            let is_training = case >= 60;
            if is_training {
                conv = Conv2d {
                    padding: conv.padding,
                    ..Conv2d::new(random.random_range(8..=20), random.random_range(8..=70), 3)
                };
            }
            let input = [case % 11 + 1, conv.inputs, random.random_range(4..=9), 5];
            let output = conv.output_shape(&[&input[1..]]).unwrap();
            let output = [input[0], output[0], output[1], output[2]];
            let mut draw = |shape: [usize; 4]| {
                let numbers = (0..shape.iter().product()).map(|_| random.random::<f32>() - 0.5);
                let numbers: Vec<f32> = numbers.collect();
                let tensor = Value::from_vec(numbers.clone(), &shape, &device).tensor::<4>();
                (numbers, tensor)
            };
            let (x, x_tensor) = draw(input);
            let (w, w_tensor) = draw(conv.weight_shape());
            let (d, d_tensor) = draw(output);
            let cpu = CpuConv::new(&conv, input, [output[2], output[3]], is_training);
            by_tiles += usize::from(cpu.is_by_tiles());
            let theirs = conv.device_forward(x_tensor.clone(), w_tensor.clone());
            assert_close("output", &conv, &cpu.forward(&x, &w), theirs);
            let theirs = conv.device_input_gradient(w_tensor.clone(), d_tensor.clone(), input);
            assert_close("input gradient", &conv, &cpu.input_gradient(&w, &d), theirs);
            let theirs = conv.device_weight_gradient(x_tensor.clone(), w_tensor, d_tensor.clone());
            assert_close(
                "weight gradient",
                &conv,
                &cpu.weight_gradient(&x, &d),
                theirs,
            );
            let theirs = conv.device_squared_gradients(x_tensor, d_tensor);
            assert_close(
                "squares",
                &conv,
                &cpu.squared_weight_gradients(&x, &d),
                theirs,
            );
        }
        assert!((12..=20).contains(&by_tiles), "{by_tiles} went by tiles");
    }
}
