//! Gaussian error linear unit.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, same_shape};
use crate::network::{ShapeError, Value};
use burn::tensor::Tensor;

/// `y = x Phi(x)`, with Phi the standard normal distribution function (the
/// exact form, through erf), element-wise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gelu;

/// Phi(x).
fn distribution(x: Tensor<1>) -> Tensor<1> {
    x.mul_scalar(FRAC_1_SQRT_2)
        .erf()
        .add_scalar(1.0)
        .mul_scalar(0.5)
}

impl Operation for Gelu {
    fn kind(&self) -> &'static str {
        "gelu"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        same_shape("gelu", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let shape = input.shape().to_vec();
        let x = input.clone().flat();
        let output = Value::from_flat(x.clone() * distribution(x), &shape);
        Forward::new(output, Saved::values([input]))
    }

    /// `dx = d * (Phi(x) + x phi(x))`, phi the standard normal density.
    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = gradient.shape().to_vec();
        let x = saved.values[0].clone().flat();
        let density = x
            .clone()
            .square()
            .mul_scalar(-0.5)
            .exp()
            .mul_scalar((2.0 * PI).sqrt().recip());
        let slope = distribution(x.clone()) + x * density;
        OperationGradients::of_input(Value::from_flat(gradient.flat() * slope, &shape))
    }
}
