//! Largest element under a window.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, Window};
use crate::network::{ShapeError, Value};
use burn::tensor::module::{max_pool2d_with_indices, max_pool2d_with_indices_backward};
use burn::tensor::ops::MaxPoolOptions;

/// The largest element under each place of the window; padding never wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// The window.
    pub window: Window,
}

impl Operation for MaxPool {
    fn kind(&self) -> &'static str {
        "max_pool"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        self.window.output_shape("max_pool", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let options = MaxPoolOptions::new(self.window.kernel)
            .with_stride(self.window.stride)
            .with_padding(self.window.padding);
        let (output, positions) = max_pool2d_with_indices(input.clone().tensor(), options);
        let saved = Saved {
            values: vec![input],
            positions: Some(positions),
            ..Saved::default()
        };
        Forward::new(Value::new(output), saved)
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let Some(positions) = saved.positions.clone() else {
            unreachable!("forward saved the positions");
        };
        OperationGradients::of_input(Value::new(max_pool2d_with_indices_backward(
            saved.values[0].clone().tensor(),
            self.window.kernel,
            self.window.stride,
            self.window.padding,
            [1, 1],
            false,
            gradient.tensor(),
            positions,
        )))
    }
}
