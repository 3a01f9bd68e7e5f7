//! The weight gradient by torch's own kernel, for tensors on a libtorch device.

use burn::tensor::Tensor;
use tch::IValue;

use super::Conv2d;
use crate::network::torch::{burn, kernel, torch};

impl Conv2d {
    /// dL/dW from dL/dy; none for tensors on another device, or of another type
    /// than 32-bit floats.
    pub(super) fn torch_weight_gradient(
        &self,
        input: &Tensor<4>,
        weight: &Tensor<4>,
        delta: &Tensor<4>,
    ) -> Option<Tensor<4>> {
        let tensors = [torch(delta)?, torch(input)?, torch(weight)?].map(IValue::Tensor);
        let [stride, padding] = [self.stride, self.padding]
            .map(|sizes| IValue::IntList(sizes.map(|size| size as i64).to_vec()));
        let others = [stride, padding, IValue::Int(self.groups as i64)];
        let arguments: Vec<_> = tensors.into_iter().chain(others).collect();
        let [gradient] = kernel("convolution_weight_gradient", &arguments);
        Some(burn(gradient))
    }
}

#[cfg(test)]
#[expect(deprecated, reason = "Burn announces the end of its libtorch backend")]
mod tests {
    use burn::tensor::{Device, Distribution};
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;
    use crate::network::Value;
    use crate::network::op::Operation;

    /// Torch's kernel gives what the general form does,
    /// for kernels, steps, borders and groups of many kinds.
    #[test]
    fn torchs_kernel_and_the_general_form_agree() {
        let device = Device::libtorch();
        let mut random = stream(7, "convolutions");
        for case in 0..60 {
            let groups = random.random_range(1..=3);
            let conv = Conv2d {
                inputs: groups * random.random_range(1..=3),
                outputs: groups * random.random_range(1..=3),
                kernel: [random.random_range(1..=3), random.random_range(1..=3)],
                stride: [random.random_range(1..=3), random.random_range(1..=3)],
                padding: [random.random_range(0..=2), random.random_range(0..=2)],
                groups,
                bias: false,
            };
            let input = [case % 11 + 1, conv.inputs, random.random_range(4..=9), 5];
            let output = conv.output_shape(&[&input[1..]]).unwrap();
            let output = [input[0], output[0], output[1], output[2]];
            let [input, weight, delta] = [input, conv.weight_shape(), output]
                .map(|shape| Tensor::<4>::random(shape, Distribution::Default, &device));
            let gradient = conv.torch_weight_gradient(&input, &weight, &delta);
            let ours = Value::new(gradient.unwrap()).to_vec();
            let options = conv.options();
            let general =
                burn::tensor::module::conv2d_weight_backward(input, weight, delta, options);
            let general = Value::new(general).to_vec();
            let largest = general
                .iter()
                .fold(0f32, |most, number| most.max(number.abs()));
            assert_eq!(ours.len(), general.len());
            for (one, other) in ours.iter().zip(&general) {
                let close = (one - other).abs() <= 1e-5 * largest;
                assert!(close, "{conv:?}: {one} {other}");
            }
        }
    }
}
