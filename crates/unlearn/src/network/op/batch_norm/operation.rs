//! Batch normalisation with PyTorch's semantics.

use super::sizes::Planes;
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

pub(super) const SCALE: usize = 0;
pub(super) const SHIFT: usize = 1;
pub(super) const RUNNING_MEAN: usize = 2;
pub(super) const RUNNING_VARIANCE: usize = 3;
pub(super) const BATCH_COUNT: usize = 4;

impl BatchNorm {
    /// PyTorch's defaults: epsilon 1e-5, momentum 0.1.
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            epsilon: 1e-5,
            momentum: 0.1,
        }
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
        let batch_statistics = matches!(mode, Mode::Training(_));
        #[cfg(feature = "libtorch")]
        if batch_statistics && let Some(forward) = self.torch_forward(&input, parameters) {
            return forward;
        }
        let planes = Planes::of(&input);
        let mut buffers = Vec::new();
        let [mean, variance] = match batch_statistics {
            false => [RUNNING_MEAN, RUNNING_VARIANCE].map(|index| parameters[index].clone()),
            true => {
                let [mean, variance] = planes.statistics(&input);
                // Undefined for a single value per channel, as in PyTorch,
                // which refuses it; here the biased variance stands in.
                let unbiased = planes.count() / (planes.count() - 1.0).max(1.0);
                let moved = |running: usize, newest: Tensor<1>| {
                    let old = parameters[running].clone().flat();
                    let new =
                        old.mul_scalar(1.0 - self.momentum) + newest.mul_scalar(self.momentum);
                    (running, Value::new(new))
                };
                let counted = parameters[BATCH_COUNT].clone().flat().add_scalar(1.0);
                buffers = vec![
                    moved(RUNNING_MEAN, mean.clone().flat()),
                    moved(
                        RUNNING_VARIANCE,
                        variance.clone().flat().mul_scalar(unbiased),
                    ),
                    (BATCH_COUNT, Value::from_flat(counted, &[])),
                ];
                [mean, variance]
            }
        };
        let inverse = variance.flat().add_scalar(self.epsilon).sqrt().recip();
        let scale = parameters[SCALE].clone().flat() * inverse.clone();
        let shift = parameters[SHIFT].clone().flat() - mean.clone().flat() * scale.clone();
        let output = planes.scaled(&input, &Value::new(scale), &Value::new(shift));
        Forward {
            output,
            saved: Saved {
                batch_statistics,
                ..Saved::values([input, mean, Value::new(inverse)])
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
        let mut gradients = OperationGradients {
            inputs: vec![None],
            parameters: vec![None; parameters.len()],
        };
        #[cfg(feature = "libtorch")]
        if saved.batch_statistics
            && let Some([of_input, of_scale, of_shift]) =
                self.torch_gradients([input, mean, inverse], &parameters[SCALE], &gradient)
        {
            gradients.inputs[0] = Some(of_input).filter(|_| wanted.inputs[0]);
            if wanted.parameters {
                gradients.parameters[SCALE] = Some(of_scale);
                gradients.parameters[SHIFT] = Some(of_shift);
            }
            return gradients;
        }
        let planes = Planes::of(input);
        let inverse = inverse.clone().flat();
        let scale = parameters[SCALE].clone().flat() * inverse.clone();
        if !saved.batch_statistics && wanted.inputs[0] {
            let nothing = Value::full(0.0, &[self.channels], &input.device());
            gradients.inputs[0] =
                Some(planes.scaled(&gradient, &Value::new(scale.clone()), &nothing));
        }
        let by_statistics = saved.batch_statistics && wanted.inputs[0];
        if !wanted.parameters && !by_statistics {
            return gradients;
        }
        let [centred_sum, sum] = planes.gradient_sums(&gradient, input, mean);
        let scale_gradient = centred_sum.flat() * inverse.clone();
        if by_statistics {
            let by_variance = scale_gradient.clone() * inverse * scale.clone();
            let slope = by_variance.div_scalar(-planes.count());
            let offset = (sum.clone().flat() * scale.clone()).div_scalar(-planes.count());
            let [scale, slope, offset] = [scale, slope, offset].map(Value::new);
            let per_channel = [mean, &scale, &slope, &offset];
            gradients.inputs[0] = Some(planes.input_gradient(&gradient, input, per_channel));
        }
        if wanted.parameters {
            gradients.parameters[SCALE] = Some(Value::new(scale_gradient));
            gradients.parameters[SHIFT] = Some(sum);
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
        let [input, mean, inverse] = saved.values.as_slice() else {
            unreachable!("forward saved three values");
        };
        let [centred, shift] = Planes::of(input).squared_gradient_sums(gradient, input, mean);
        let scale = centred.flat() * inverse.clone().flat().square();
        let mut squares = vec![None; parameters.len()];
        squares[SCALE] = Some(Value::new(scale));
        squares[SHIFT] = Some(shift);
        squares
    }
}
