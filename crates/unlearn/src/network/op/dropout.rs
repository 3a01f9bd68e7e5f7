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

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use unlearn_data::stream;

    use super::*;

    #[test]
    fn training_drops_the_stated_part_and_keeps_the_mean() {
        let dropout = Dropout { probability: 0.25 };
        let ones = Value::full(1.0, &[10, 1000], &Device::flex());
        let mut random = stream(1, "dropout");
        let mode = &mut Mode::Training(&mut random);
        let forward = dropout.forward(vec![ones.clone()], &[], mode);
        let output = forward.output.to_vec();
        let dropped = output.iter().filter(|number| **number == 0.0).count();
        // Four standard deviations of a binomial around 2,500.
        assert!((2_327..=2_673).contains(&dropped), "{dropped}");
        let kept = 1.0 / 0.75;
        assert!(
            output
                .iter()
                .all(|number| *number == 0.0 || *number == kept)
        );

        let wanted = Wanted {
            inputs: &[true],
            parameters: false,
        };
        let gradients = dropout.backward(&forward.saved, &[], ones, wanted);
        let gradient = gradients.inputs[0].as_ref().unwrap().to_vec();
        assert_eq!(gradient, output, "the gradient passes where the value did");
    }

    #[test]
    fn inference_changes_nothing() {
        let dropout = Dropout { probability: 0.9 };
        let input = Value::full(3.0, &[2, 5], &Device::flex());
        let forward = dropout.forward(vec![input.clone()], &[], &mut Mode::Inference);
        assert_eq!(forward.output.to_vec(), input.to_vec());
    }
}
