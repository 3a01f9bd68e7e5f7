//! Enlarging planes.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value};
use burn::tensor::Tensor;

/// Each pixel becomes a square of `factor` a side: `[batch, channels, height, width]`
/// to `[batch, channels, factor height, factor width]` (PyTorch's nearest). The gradient of a
/// pixel is the sum over its square.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upsample {
    /// Pixels a side.
    pub factor: usize,
}

impl Operation for Upsample {
    fn kind(&self) -> &'static str {
        "upsample"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [[channels, height, width]] => {
                Ok(vec![*channels, self.factor * height, self.factor * width])
            }
            _ => Err(ShapeError::new("upsample", "one input of planes", inputs)),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0).tensor::<4>();
        let [batch, channels, height, width] = input.dims();
        let (planes, factor) = (batch * channels, self.factor);
        let pixels: Tensor<5> = input.reshape([planes, height, 1, width, 1]);
        let squares = pixels.expand([planes, height, factor, width, factor]);
        let output = squares.reshape([batch, channels, factor * height, factor * width]);
        Forward::new(Value::new(output), Saved::default())
    }

    fn backward(
        &self,
        _: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let gradient = gradient.tensor::<4>();
        let [batch, channels, height, width] = gradient.dims();
        let (planes, factor) = (batch * channels, self.factor);
        let (height, width) = (height / factor, width / factor);
        let squares: Tensor<5> = gradient.reshape([planes, height, factor, width, factor]);
        let pixels = squares.sum_dim(4).sum_dim(2);
        let pixels = pixels.reshape([batch, channels, height, width]);
        OperationGradients::of_input(Value::new(pixels))
    }
}
