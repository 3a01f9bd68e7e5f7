//! Sum of two values.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value};

/// `y = a + b` of two values of one shape (a residual connection).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Add;

impl Operation for Add {
    fn kind(&self) -> &'static str {
        "add"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [left, right] if left == right => Ok(left.to_vec()),
            _ => Err(ShapeError::new("add", "two inputs of one shape", inputs)),
        }
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let right = inputs.remove(1);
        let left = inputs.remove(0);
        let shape = left.shape().to_vec();
        let output = Value::from_flat(left.flat() + right.flat(), &shape);
        Forward::new(output, Saved::default())
    }

    fn backward(
        &self,
        _: &Saved,
        _: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let inputs = wanted.inputs.iter();
        OperationGradients {
            inputs: inputs
                .map(|&wanted| wanted.then(|| gradient.clone()))
                .collect(),
            parameters: Vec::new(),
        }
    }
}
