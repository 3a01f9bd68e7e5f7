//! Mean under a window.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, Window};
use crate::network::{ShapeError, Value};
use burn::tensor::module::{avg_pool2d, avg_pool2d_backward};
use burn::tensor::ops::AvgPoolOptions;

/// The mean under each place of the window; padding counts as zeros, as in PyTorch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvgPool {
    /// The window.
    pub window: Window,
}

impl Operation for AvgPool {
    fn kind(&self) -> &'static str {
        "avg_pool"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        self.window.output_shape("avg_pool", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let options = AvgPoolOptions::new(self.window.kernel)
            .with_stride(self.window.stride)
            .with_padding(self.window.padding);
        let output = avg_pool2d(input.clone().tensor(), options);
        Forward::new(Value::new(output), Saved::values([input]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        OperationGradients::of_input(Value::new(avg_pool2d_backward(
            saved.values[0].clone().tensor(),
            gradient.tensor(),
            self.window.kernel,
            self.window.stride,
            self.window.padding,
            true,
            false,
        )))
    }
}
