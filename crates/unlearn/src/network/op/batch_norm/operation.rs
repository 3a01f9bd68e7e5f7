//! Batch normalisation with PyTorch's semantics.

use crate::network::op::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{Initialization, ParameterSpec, Role, ShapeError, Value};
use burn::tensor::Tensor;

/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta` per channel, on
/// `[batch, channels, ..]`.
///
/// In training mode mean and (biased) variance are those of the batch, and the
/// running statistics move by `momentum` towards the batch's mean and unbiased
/// variance, as in PyTorch. In inference mode the running statistics are used
/// and nothing moves. The mode is stated by the caller, never guessed.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// Length of the channel axis.
    pub channels: usize,
    /// Added to the variance.
    pub epsilon: f64,
    /// Weight of the newest batch in the running statistics.
    pub momentum: f64,
}

const SCALE: usize = 0;
const SHIFT: usize = 1;
const RUNNING_MEAN: usize = 2;
const RUNNING_VARIANCE: usize = 3;
const BATCH_COUNT: usize = 4;

impl BatchNorm {
    /// PyTorch's defaults: epsilon 1e-5, momentum 0.1.
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            epsilon: 1e-5,
            momentum: 0.1,
        }
    }

    /// The value as `[batch, channels, positions]`.
    fn positions(&self, value: Value) -> Tensor<3> {
        let batch = value.shape()[0];
        let positions = value.element_count() / (batch * self.channels);
        value.reshaped(&[batch, self.channels, positions]).tensor()
    }

    /// A value per channel, ready to be broadcast.
    fn per_channel(&self, value: Value) -> Tensor<3> {
        value.reshaped(&[1, self.channels, 1]).tensor()
    }

    /// The sum over batch and positions: `[1, channels, 1]`.
    fn sum(tensor: Tensor<3>) -> Tensor<3> {
        tensor.sum_dim(2).sum_dim(0)
    }

    fn channel_value(&self, tensor: Tensor<3>) -> Value {
        Value::new(tensor).reshaped(&[self.channels])
    }
}

impl Operation for BatchNorm {
    fn kind(&self) -> &'static str {
        "batch_norm"
    }

    fn parameters(&self) -> Vec<ParameterSpec> {
        let spec = |suffix, role, start| ParameterSpec {
            suffix,
            role,
            shape: vec![self.channels],
            initialization: Initialization::Constant(start),
        };
        let mut count = spec("num_batches_tracked", Role::BatchCount, 0.0);
        count.shape.clear();
        vec![
            spec("weight", Role::Scale, 1.0),
            spec("bias", Role::Shift, 0.0),
            spec("running_mean", Role::RunningMean, 0.0),
            spec("running_var", Role::RunningVariance, 1.0),
            count,
        ]
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [shape] if shape.first() == Some(&self.channels) => Ok(shape.to_vec()),
            _ => Err(ShapeError::new(
                "batch_norm",
                format!("one input with {} channels", self.channels),
                inputs,
            )),
        }
    }

    fn forward(
        &self,
        mut inputs: Vec<Value>,
        parameters: &[Value],
        mode: &mut Mode<'_>,
    ) -> Forward {
        let input = inputs.remove(0);
        let shape = input.shape().to_vec();
        let x = self.positions(input);
        let [batch, _, positions] = x.dims();
        let count = (batch * positions) as f64;
        let mut buffers = Vec::new();
        let batch_statistics = matches!(mode, Mode::Training(_));
        let (mean, variance) = match mode {
            Mode::Inference => (
                self.per_channel(parameters[RUNNING_MEAN].clone()),
                self.per_channel(parameters[RUNNING_VARIANCE].clone()),
            ),
            Mode::Training(_) => {
                let mean = Self::sum(x.clone()).div_scalar(count);
                let centred = x.clone() - mean.clone();
                let variance = Self::sum(centred.square()).div_scalar(count);
                let moved = |running: usize, newest: Tensor<3>| {
                    let old = self.per_channel(parameters[running].clone());
                    let new = old.mul_scalar(1.0 - self.momentum)
                        + newest.mul_scalar(self.momentum);
                    (running, self.channel_value(new))
                };
                // Undefined for a single value per channel, as in PyTorch,
                // which refuses it; here the biased variance stands in.
                let unbiased = variance.clone().mul_scalar(count / (count - 1.0).max(1.0));
                let counted = parameters[BATCH_COUNT].clone().flat().add_scalar(1.0);
                buffers = vec![
                    moved(RUNNING_MEAN, mean.clone()),
                    moved(RUNNING_VARIANCE, unbiased),
                    (BATCH_COUNT, Value::from_flat(counted, &[])),
                ];
                (mean, variance)
            }
        };
        let inverse = variance.add_scalar(self.epsilon).sqrt().recip();
        let scale = self.per_channel(parameters[SCALE].clone()) * inverse.clone();
        let shift = self.per_channel(parameters[SHIFT].clone()) - mean.clone() * scale.clone();
        let output = x.clone() * scale + shift;
        Forward {
            output: Value::new(output).reshaped(&shape),
            saved: Saved {
                batch_statistics,
                ..Saved::values([
                    Value::new(x).reshaped(&shape),
                    self.channel_value(mean),
                    self.channel_value(inverse),
                ])
            },
            buffers,
        }
    }

    /// With `xhat = (x - mean) / sqrt(variance + epsilon)` and n values per
    /// channel: `dgamma = sum d xhat`, `dbeta = sum d`, and
    /// `dx = gamma / sqrt(variance + epsilon) * d` in inference mode, less
    /// `(dbeta + xhat dgamma) / n` inside the brackets where the statistics
    /// are the batch's own.
    fn backward(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let [input, mean, inverse] = saved.values.as_slice() else {
            unreachable!("forward saved three values");
        };
        let batch_statistics = saved.batch_statistics;
        let shape = input.shape().to_vec();
        let delta = self.positions(gradient);
        let [batch, _, positions] = delta.dims();
        let count = (batch * positions) as f64;
        let inverse = self.per_channel(inverse.clone());
        let scale = self.per_channel(parameters[SCALE].clone()) * inverse.clone();

        let mut gradients = OperationGradients {
            inputs: vec![None],
            parameters: vec![None; parameters.len()],
        };
        if !(wanted.parameters || (batch_statistics && wanted.inputs[0])) {
            if wanted.inputs[0] {
                gradients.inputs[0] = Some(Value::new(delta * scale).reshaped(&shape));
            }
            return gradients;
        }
        let centred = self.positions(input.clone()) - self.per_channel(mean.clone());
        let scale_gradient = Self::sum(delta.clone() * centred.clone()) * inverse.clone();
        let shift_gradient = Self::sum(delta.clone());
        if wanted.inputs[0] {
            let input_gradient = if batch_statistics {
                let by_mean = shift_gradient.clone().div_scalar(count);
                let by_variance = (scale_gradient.clone() * inverse).div_scalar(count);
                (delta - by_mean - centred * by_variance) * scale
            } else {
                delta * scale
            };
            gradients.inputs[0] = Some(Value::new(input_gradient).reshaped(&shape));
        }
        if wanted.parameters {
            gradients.parameters[SCALE] = Some(self.channel_value(scale_gradient));
            gradients.parameters[SHIFT] = Some(self.channel_value(shift_gradient));
        }
        gradients
    }

    /// `F_gamma = sum_b (sum_p d xhat)^2`, `F_beta = sum_b (sum_p d)^2`, p the positions.
    fn squared_gradients(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: &Value,
    ) -> Vec<Option<Value>> {
        let delta = self.positions(gradient.clone());
        let mean = self.per_channel(saved.values[1].clone());
        let inverse = self.per_channel(saved.values[2].clone());
        let normalized = (self.positions(saved.values[0].clone()) - mean) * inverse;
        let per_sample = |tensor: Tensor<3>| {
            self.channel_value(tensor.sum_dim(2).square().sum_dim(0))
        };
        let mut squares = vec![None; parameters.len()];
        squares[SCALE] = Some(per_sample(delta.clone() * normalized));
        squares[SHIFT] = Some(per_sample(delta));
        squares
    }
}
