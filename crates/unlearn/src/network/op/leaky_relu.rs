//! Leaky rectified linear unit.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, same_shape};
use crate::network::{ShapeError, Value};
use burn::tensor::activation;

/// `y = x` above 0, else `slope x`, element-wise; its gradient at 0 is the slope, as in PyTorch.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The slope below 0.
    pub slope: f64,
}

impl Operation for LeakyRelu {
    fn kind(&self) -> &'static str {
        "leaky_relu"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        same_shape("leaky_relu", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let shape = input.shape().to_vec();
        let output = activation::leaky_relu(input.clone().flat(), self.slope);
        Forward::new(Value::from_flat(output, &shape), Saved::values([input]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = gradient.shape().to_vec();
        let below = saved.values[0].clone().flat().lower_equal_elem(0.0);
        let gradient = gradient.flat();
        let weaker = gradient.clone().mul_scalar(self.slope);
        let gradient = gradient.mask_where(below, weaker);
        OperationGradients::of_input(Value::from_flat(gradient, &shape))
    }
}
