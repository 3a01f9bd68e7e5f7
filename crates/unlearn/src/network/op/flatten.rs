//! All axes of a sample in one.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value};

/// `[batch, ..]` to `[batch, elements]`, in row-major order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flatten;

impl Operation for Flatten {
    fn kind(&self) -> &'static str {
        "flatten"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [shape] => Ok(vec![shape.iter().product()]),
            _ => Err(ShapeError::new("flatten", "one input", inputs)),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let batch = input.shape()[0];
        let elements = input.shape()[1..].iter().product();
        let output = input.clone().reshaped(&[batch, elements]);
        Forward::new(output, Saved::values([input]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        OperationGradients::of_input(gradient.reshaped(saved.values[0].shape()))
    }
}
