//! Mean of each channel.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value};
use burn::tensor::Tensor;

/// `[batch, channels, ..]` to `[batch, channels]`: the mean over all positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalAvgPool;

impl Operation for GlobalAvgPool {
    fn kind(&self) -> &'static str {
        "global_avg_pool"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [[channels, positions @ ..]] if !positions.is_empty() => Ok(vec![*channels]),
            _ => Err(ShapeError::new(
                "global_avg_pool",
                "one input [channels, ..] with positions",
                inputs,
            )),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let (batch, channels) = (input.shape()[0], input.shape()[1]);
        let positions = input.element_count() / (batch * channels);
        let rows: Tensor<2> = input
            .clone()
            .reshaped(&[batch * channels, positions])
            .tensor();
        let output = Value::new(rows.mean_dim(1)).reshaped(&[batch, channels]);
        Forward::new(output, Saved::values([input]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = saved.values[0].shape();
        let rows = gradient.element_count();
        let positions = saved.values[0].element_count() / rows;
        let shared: Tensor<2> = gradient.reshaped(&[rows, 1]).tensor();
        let spread = shared
            .div_scalar(positions as f64)
            .expand([rows, positions]);
        OperationGradients::of_input(Value::new(spread).reshaped(shape))
    }
}
