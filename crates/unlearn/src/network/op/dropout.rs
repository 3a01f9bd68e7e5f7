//! Dropout.

use rand::Rng;

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted, same_shape};
use crate::network::{ShapeError, Value};

/// In training each element becomes 0 with `probability`, the others are
/// divided by `1 - probability`; in inference nothing happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// How likely an element is dropped, in `[0, 1)`.
    pub probability: f32,
}

impl Operation for Dropout {
    fn kind(&self) -> &'static str {
        "dropout"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        same_shape("dropout", inputs)
    }

    fn forward(&self, mut inputs: Vec<Value>, _: &[Value], mode: &mut Mode<'_>) -> Forward {
        let input = inputs.remove(0);
        let Mode::Training(random) = mode else {
            return Forward::new(input, Saved::default());
        };
        let kept = (1.0 - self.probability).recip();
        let mask: Vec<f32> = (0..input.element_count())
            .map(|_| match random.random::<f32>() < self.probability {
                true => 0.0,
                false => kept,
            })
            .collect();
        let shape = input.shape().to_vec();
        let mask = Value::from_vec(mask, &shape, &input.device());
        let output = Value::from_flat(input.flat() * mask.clone().flat(), &shape);
        Forward::new(output, Saved::values([mask]))
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        _: Wanted<'_>,
    ) -> OperationGradients {
        let shape = gradient.shape().to_vec();
        let gradient = match saved.values.first() {
            Some(mask) => Value::from_flat(gradient.flat() * mask.clone().flat(), &shape),
            None => gradient,
        };
        OperationGradients::of_input(gradient)
    }
}
