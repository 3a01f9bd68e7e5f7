//! One axis of a sample made several.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value};

/// `[batch, elements]` to `[batch, ..shape]`, in row-major order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unflatten {
    /// The shape of a sample afterwards.
    pub shape: Vec<usize>,
}

impl Operation for Unflatten {
    fn kind(&self) -> &'static str {
        "unflatten"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        let elements: usize = self.shape.iter().product();
        match inputs {
            [[length]] if *length == elements => Ok(self.shape.clone()),
            _ => Err(ShapeError::new(
                "unflatten",
                format!("one input of {elements} elements on one axis"),
                inputs,
            )),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let shape = [&input.shape()[..1], &self.shape].concat();
        Forward::new(input.reshaped(&shape), Saved::default())
    }

    fn backward(
        &self,
        _: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let batch = gradient.shape()[0];
        let elements = gradient.element_count() / batch;
        OperationGradients::of_input(gradient.reshaped(&[batch, elements]))
    }
}
