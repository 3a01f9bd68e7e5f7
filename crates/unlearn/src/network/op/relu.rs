//! Rectified linear unit.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, same_shape};
#[cfg(feature = "libtorch")]
use crate::network::torch::{torch, value};
use crate::network::{ShapeError, Value};
use burn::tensor::{Tensor, activation};
use rayon::prelude::*;

/// `y = max(x, 0)`, element-wise; its gradient at 0 is 0, as in PyTorch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relu;

impl Operation for Relu {
    fn kind(&self) -> &'static str {
        "relu"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        same_shape("relu", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let shape = input.shape().to_vec();
        let output = Value::from_flat(activation::relu(input.flat()), &shape);
        Forward::new(output.clone(), Saved::values([output]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = gradient.shape().to_vec();
        let output = &saved.values[0];
        if gradient.is_in_main_memory() {
            let device = gradient.device();
            let mut numbers = gradient.into_vec();
            output.read(|output| pass_on(output, &mut numbers));
            return OperationGradients::of_input(Value::from_vec(numbers, &shape, &device));
        }
        #[cfg(feature = "libtorch")]
        if let Some(output) = torch(&output.clone().flat())
            && let Some(gradient) = torch(&gradient.clone().flat())
        {
            let gradient = value(&output.threshold_backward(&gradient, 0.0), &shape);
            return OperationGradients::of_input(gradient);
        }
        let dead: Tensor<1, burn::tensor::Bool> = output.clone().flat().lower_equal_elem(0.0);
        let gradient = gradient.flat().mask_fill(dead, 0.0);
        OperationGradients::of_input(Value::from_flat(gradient, &shape))
    }
}

/// Numbers that one thread works on at the least.
const PIECE: usize = 1 << 14;

/// Sets the gradient to 0 where the output is.
fn pass_on(output: &[f32], gradient: &mut [f32]) {
    let pieces = gradient.par_chunks_mut(PIECE).zip(output.par_chunks(PIECE));
    pieces.for_each(|(gradient, output)| {
        for (gradient, output) in gradient.iter_mut().zip(output) {
            *gradient = if *output > 0.0 { *gradient } else { 0.0 };
        }
    });
}
