//! The weight gradient by torch's own kernel, for tensors on a libtorch device.

#![expect(
    deprecated,
    reason = "Burn announces the end of its libtorch backend; until then it is the fastest one here"
)]

use std::sync::OnceLock;

use burn::tensor::Tensor;
use burn_tch::{LibTorch, TchTensor};
use tch::{CModule, IValue, Kind};

use super::Conv2d;

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
        match kernel().method_is("weight_gradient", &arguments) {
            Ok(IValue::Tensor(gradient)) => {
                Some(Tensor::from_primitive::<LibTorch>(TchTensor::new(gradient)))
            }
            other => panic!("torch's gradient of a convolution's weight: {other:?}"),
        }
    }
}

/// The bindings lack torch's kernel, as they lack all that take a mask of the outputs
/// that are wanted. Its interpreter has it: `weight_gradient.py` wrote these few lines for it.
fn kernel() -> &'static CModule {
    static KERNEL: OnceLock<CModule> = OnceLock::new();
    KERNEL.get_or_init(|| {
        let mut bytes = include_bytes!("weight_gradient.pt").as_slice();
        let kernel = CModule::load_data(&mut bytes);
        kernel.unwrap_or_else(|error| panic!("libtorch cannot read our kernel: {error}"))
    })
}

/// Torch's own tensor, which shares its numbers: to be read only.
fn torch(tensor: &Tensor<4>) -> Option<tch::Tensor> {
    let tensor = tensor.clone().try_into_primitive::<LibTorch>().ok()?.tensor;
    (tensor.kind() == Kind::Float).then_some(tensor)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;
    use crate::network::Value;
    use crate::network::op::Operation;

    /// What `weight_gradient.py` says: torch's kernel gives what the general form does,
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

    #[test]
    fn other_devices_have_no_kernel_of_torchs() {
        let tensor = Tensor::<4>::ones([1, 1, 1, 1], &Device::flex());
        let conv = Conv2d {
            inputs: 1,
            outputs: 1,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            groups: 1,
            bias: false,
        };
        assert!(
            conv.torch_weight_gradient(&tensor, &tensor, &tensor)
                .is_none()
        );
    }
}
