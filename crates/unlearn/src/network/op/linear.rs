//! Fully connected layer.

use std::sync::Arc;

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{Initialization, ParameterSpec, Role, ShapeError, Value};
use burn::tensor::Tensor;

/// `y = x W^T + b` over the last axis: `[.., inputs]` to `[.., outputs]`, with
/// W `[outputs, inputs]` and b `[outputs]`. Axes between the batch and the
/// last one (a sequence) share the weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linear {
    /// Length of the last axis of the input.
    pub inputs: usize,
    /// Length of the last axis of the output.
    pub outputs: usize,
    /// Whether b is there.
    pub bias: bool,
}

impl Linear {
    /// A layer with a bias.
    pub fn new(inputs: usize, outputs: usize) -> Self {
        Self {
            inputs,
            outputs,
            bias: true,
        }
    }

    /// All rows of the batch, whatever the axes before the last: `[rows, width]`.
    fn rows(&self, value: Value, width: usize) -> Tensor<2> {
        let rows = value.element_count() / width;
        value.reshaped(&[rows, width]).tensor()
    }

    /// `[batch, steps, width]`, one step where there is no sequence.
    fn steps(&self, value: &Value, width: usize) -> Tensor<3> {
        let batch = value.shape()[0];
        let steps = value.element_count() / (batch * width);
        value.clone().reshaped(&[batch, steps, width]).tensor()
    }
}

impl Operation for Linear {
    fn kind(&self) -> &'static str {
        "linear"
    }

    fn parameters(&self) -> Vec<ParameterSpec> {
        // PyTorch's default: uniform within 1/sqrt(inputs) for both.
        let initialization = Initialization::Uniform {
            bound: (self.inputs as f32).sqrt().recip(),
        };
        let mut specs = vec![ParameterSpec {
            suffix: "weight",
            role: Role::Weight,
            shape: vec![self.outputs, self.inputs],
            initialization,
        }];
        if self.bias {
            specs.push(ParameterSpec {
                suffix: "bias",
                role: Role::Bias,
                shape: vec![self.outputs],
                initialization,
            });
        }
        specs
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [shape] if shape.last() == Some(&self.inputs) => {
                let mut shape = shape.to_vec();
                shape.pop();
                shape.push(self.outputs);
                Ok(shape)
            }
            _ => Err(ShapeError::new(
                "linear",
                format!("one input with {} on its last axis", self.inputs),
                inputs,
            )),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, parameters: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let mut shape = input.shape().to_vec();
        if let Some(width) = shape.last_mut() {
            *width = self.outputs;
        }
        let weight = parameters[0].clone().tensor::<2>();
        let mut output = self
            .rows(input.clone(), self.inputs)
            .matmul(weight.transpose());
        if let Some(bias) = parameters.get(1) {
            output = output + bias.clone().tensor::<1>().unsqueeze();
        }
        Forward::new(Value::new(output).reshaped(&shape), Saved::values([input]))
    }

    fn backward(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let input = &saved.values[0];
        let delta = self.rows(gradient, self.outputs);
        let mut gradients = OperationGradients {
            inputs: vec![None],
            parameters: vec![None; parameters.len()],
        };
        if wanted.parameters {
            let rows = self.rows(input.clone(), self.inputs);
            gradients.parameters[0] = Some(Value::new(delta.clone().transpose().matmul(rows)));
            if self.bias {
                let sum = delta.clone().sum_dim(0);
                gradients.parameters[1] = Some(Value::new(sum).reshaped(&[self.outputs]));
            }
        }
        if wanted.inputs[0] {
            let weight = parameters[0].clone().tensor::<2>();
            gradients.inputs[0] = Some(Value::new(delta.matmul(weight)).reshaped(input.shape()));
        }
        gradients
    }

    /// Without a sequence the per-sample gradient is the outer product of d and
    /// a, so `F_W = (d^2)^T (a^2)` and `F_b = sum_b d^2`. With one, each
    /// sample's gradient is a matrix product, squared after it.
    fn squared_gradients(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: &Value,
    ) -> Vec<Option<Value>> {
        let input = self.steps(&saved.values[0], self.inputs);
        let delta = self.steps(gradient, self.outputs);
        let [batch, steps, _] = input.dims();
        let mut squares = vec![None; parameters.len()];
        let weight = if steps == 1 {
            let delta = delta.clone().reshape([batch, self.outputs]).square();
            delta
                .transpose()
                .matmul(input.reshape([batch, self.inputs]).square())
        } else {
            // One sample after the other: all of them at once would need a
            // copy of the weights per sample.
            let mut sum = Tensor::zeros([self.outputs, self.inputs], &input.device());
            for sample in 0..batch {
                let delta = delta.clone().narrow(0, sample, 1).squeeze_dim::<2>(0);
                let input = input.clone().narrow(0, sample, 1).squeeze_dim::<2>(0);
                sum = sum + delta.transpose().matmul(input).square();
            }
            sum
        };
        squares[0] = Some(Value::new(weight));
        if self.bias {
            let sum = delta.sum_dim(1).square().sum_dim(0);
            squares[1] = Some(Value::new(sum).reshaped(&[self.outputs]));
        }
        squares
    }

    fn mean_inputs(&self, input: &Value) -> Option<Value> {
        let steps = self.steps(input, self.inputs);
        let batch = steps.dims()[0];
        Some(Value::new(steps.mean_dim(1)).reshaped(&[batch, self.inputs]))
    }

    fn with_outputs(&self, outputs: usize) -> Option<Arc<dyn Operation>> {
        Some(Arc::new(Self {
            outputs,
            ..self.clone()
        }))
    }
}
