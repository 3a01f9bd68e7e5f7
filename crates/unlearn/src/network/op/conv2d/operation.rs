//! Two-dimensional convolution.

use std::sync::Arc;

use super::cpu::CpuConv;
use super::mean_patches::mean_patches;
use crate::network::cpu::Numbers;
use crate::network::op::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{Initialization, ParameterSpec, Role, ShapeError, Value};
use burn::tensor::Tensor;

/// Cross-correlation of `[batch, inputs, height, width]` with kernels
/// `[outputs, inputs / groups, kernel height, kernel width]`, plus a bias per
/// output channel where asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Step of the kernel.
    pub stride: [usize; 2],
    /// Zeros around the input, on both sides.
    pub padding: [usize; 2],
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl Conv2d {
    /// A square kernel, stride 1, padded so that an odd kernel keeps height
    /// and width, one group, no bias.
    pub fn new(inputs: usize, outputs: usize, kernel: usize) -> Self {
        Self {
            inputs,
            outputs,
            kernel: [kernel; 2],
            stride: [1; 2],
            padding: [kernel / 2; 2],
            groups: 1,
            bias: false,
        }
    }

    /// The same with another step.
    pub fn with_stride(mut self, stride: usize) -> Self {
        self.stride = [stride; 2];
        self
    }

    pub(super) fn weight_shape(&self) -> [usize; 4] {
        let [height, width] = self.kernel;
        [self.outputs, self.inputs / self.groups, height, width]
    }

    fn output_length(&self, axis: usize, length: usize) -> Option<usize> {
        (length + 2 * self.padding[axis])
            .checked_sub(self.kernel[axis])
            .map(|rest| rest / self.stride[axis] + 1)
    }

    fn on_cpu(&self, input: &Value, is_training: bool) -> CpuConv<'_> {
        let input = dims(input);
        let [_, _, height, width] = self.batch_output(input);
        CpuConv::new(self, input, [height, width], is_training)
    }

    fn weight_gradient(&self, saved: &Saved, weight: &Value, gradient: &Value) -> Value {
        let input = &saved.values[0];
        match in_memory(input, gradient) {
            Some([x, d]) => {
                let numbers = self
                    .on_cpu(input, saved.is_training)
                    .weight_gradient(x.as_slice(), d.as_slice());
                Value::from_vec(numbers, &self.weight_shape(), &input.device())
            }
            None => Value::new(self.device_weight_gradient(
                input.clone().tensor(),
                weight.clone().tensor(),
                gradient.clone().tensor(),
            )),
        }
    }

    fn input_gradient(&self, saved: &Saved, weight: &Value, gradient: &Value) -> Value {
        let input = &saved.values[0];
        match in_memory(weight, gradient) {
            Some([w, d]) => {
                let numbers = self
                    .on_cpu(input, saved.is_training)
                    .input_gradient(w.as_slice(), d.as_slice());
                Value::from_vec(numbers, input.shape(), &input.device())
            }
            None => Value::new(self.device_input_gradient(
                weight.clone().tensor(),
                gradient.clone().tensor(),
                dims(input),
            )),
        }
    }

    /// The sum over the batch of what `each` makes of every sample's sum over
    /// positions.
    fn bias_sum(&self, gradient: &Value, each: impl Fn(Tensor<3>) -> Tensor<3>) -> Value {
        let [batch, outputs, height, width] = dims(gradient);
        let positions = gradient.clone().reshaped(&[batch, outputs, height * width]);
        let sum = each(positions.tensor::<3>().sum_dim(2)).sum_dim(0);
        Value::new(sum).reshaped(&[self.outputs])
    }

    /// The shape of the output for a batch.
    fn batch_output(&self, [batch, channels, height, width]: [usize; 4]) -> [usize; 4] {
        let sample = [channels, height, width];
        match self.output_shape(&[&sample]).as_deref() {
            Ok([channels, height, width]) => [batch, *channels, *height, *width],
            _ => panic!("conv2d on samples of shape {sample:?}"),
        }
    }
}

/// The numbers of two values, where both lie in main memory.
fn in_memory(one: &Value, other: &Value) -> Option<[Numbers; 2]> {
    Some([Numbers::of(one)?, Numbers::of(other)?])
}

fn dims(value: &Value) -> [usize; 4] {
    value
        .shape()
        .try_into()
        .unwrap_or_else(|_| panic!("conv2d on a value of shape {:?}", value.shape()))
}

impl Operation for Conv2d {
    fn kind(&self) -> &'static str {
        "conv2d"
    }

    fn parameters(&self) -> Vec<ParameterSpec> {
        let shape = self.weight_shape();
        let [_, inputs, height, width] = shape;
        let fan_in = (inputs * height * width) as f32;
        // He's initialisation over the fan-out, as torchvision's ResNet has it.
        let fan_out = (self.outputs / self.groups * height * width) as f32;
        let mut specs = vec![ParameterSpec {
            suffix: "weight",
            role: Role::Weight,
            shape: shape.to_vec(),
            initialization: Initialization::Normal {
                deviation: (2.0 / fan_out).sqrt(),
            },
        }];
        if self.bias {
            specs.push(ParameterSpec {
                suffix: "bias",
                role: Role::Bias,
                shape: vec![self.outputs],
                initialization: Initialization::Uniform {
                    bound: fan_in.sqrt().recip(),
                },
            });
        }
        specs
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        let divisible = self.groups > 0
            && self.inputs.is_multiple_of(self.groups)
            && self.outputs.is_multiple_of(self.groups);
        if let [[channels, height, width]] = inputs
            && *channels == self.inputs
            && divisible
            && let Some(height) = self.output_length(0, *height)
            && let Some(width) = self.output_length(1, *width)
        {
            return Ok(vec![self.outputs, height, width]);
        }
        Err(ShapeError::new(
            "conv2d",
            format!(
                "one input [{}, height, width] at least as large as the kernel {:?}, \
                 channels {} and {} divisible by {} groups",
                self.inputs, self.kernel, self.inputs, self.outputs, self.groups
            ),
            inputs,
        ))
    }

    fn forward(
        &self,
        mut inputs: Vec<Value>,
        parameters: &[Value],
        mode: &mut Mode<'_>,
    ) -> Forward {
        let is_training = matches!(mode, Mode::Training(_) | Mode::Tuning);
        let input = inputs.remove(0);
        let weight = &parameters[0];
        let output = match in_memory(&input, weight) {
            Some([x, w]) => {
                let cpu = self.on_cpu(&input, is_training);
                let shape = self.batch_output(dims(&input));
                let numbers = cpu.forward(x.as_slice(), w.as_slice());
                Value::from_vec(numbers, &shape, &input.device())
            }
            None => {
                let (input, weight) = (input.clone().tensor(), weight.clone().tensor());
                Value::new(self.device_forward(input, weight))
            }
        };
        let output = match parameters.get(1) {
            Some(bias) => {
                let bias = bias.clone().reshaped(&[1, self.outputs, 1, 1]).tensor();
                Value::new(output.tensor::<4>() + bias)
            }
            None => output,
        };
        let saved = Saved {
            is_training,
            ..Saved::values([input])
        };
        Forward::new(output, saved)
    }

    fn backward(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let weight = &parameters[0];
        let mut gradients = OperationGradients {
            inputs: vec![None],
            parameters: vec![None; parameters.len()],
        };
        if wanted.parameters {
            gradients.parameters[0] = Some(self.weight_gradient(saved, weight, &gradient));
            if self.bias {
                gradients.parameters[1] = Some(self.bias_sum(&gradient, |sums| sums));
            }
        }
        if wanted.inputs[0] {
            gradients.inputs[0] = Some(self.input_gradient(saved, weight, &gradient));
        }
        gradients
    }

    /// Per sample `G = d [outputs, positions] * patches^T`, then
    /// `F_W = sum_b G^2`, group by group; `F_b = sum_b (sum_p d)^2`.
    fn squared_gradients(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: &Value,
    ) -> Vec<Option<Value>> {
        let input = &saved.values[0];
        let mut squares = vec![None; parameters.len()];
        squares[0] = Some(match in_memory(input, gradient) {
            Some([x, d]) => {
                let squares = self.on_cpu(input, false);
                let squares = squares.squared_weight_gradients(x.as_slice(), d.as_slice());
                Value::from_vec(squares, &self.weight_shape(), &input.device())
            }
            None => {
                let (input, delta) = (input.clone().tensor(), gradient.clone().tensor());
                Value::new(self.device_squared_gradients(input, delta))
            }
        });
        if self.bias {
            squares[1] = Some(self.bias_sum(gradient, |sums| sums.square()));
        }
        squares
    }

    /// Of groups each output sees its own channels alone: `None` where there are several.
    fn mean_inputs(&self, input: &Value) -> Option<Value> {
        (self.groups == 1).then(|| mean_patches(self, input))
    }

    fn with_outputs(&self, outputs: usize) -> Option<Arc<dyn Operation>> {
        let other = Self {
            outputs,
            ..self.clone()
        };
        (self.groups == 1).then(|| Arc::new(other) as Arc<dyn Operation>)
    }
}
