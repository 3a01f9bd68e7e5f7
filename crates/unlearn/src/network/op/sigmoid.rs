//! Logistic function.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, same_shape};
use crate::network::{ShapeError, Value};
use burn::tensor::activation;

/// `y = 1 / (1 + exp(-x))`, element-wise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sigmoid;

impl Operation for Sigmoid {
    fn kind(&self) -> &'static str {
        "sigmoid"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        same_shape("sigmoid", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let shape = input.shape().to_vec();
        let output = Value::from_flat(activation::sigmoid(input.flat()), &shape);
        Forward::new(output.clone(), Saved::values([output]))
    }

    /// `dx = d * y (1 - y)`.
    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = gradient.shape().to_vec();
        let output = saved.values[0].clone().flat();
        let slope = output.clone() * output.neg().add_scalar(1.0);
        OperationGradients::of_input(Value::from_flat(gradient.flat() * slope, &shape))
    }
}
