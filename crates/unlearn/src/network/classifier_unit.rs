//! One class's own output.

use super::{Network, Value};

/// What leads from the features to one class's logit.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassifierUnit {
    /// The class's row of the classifier layer's weight.
    pub weights: Vec<f32>,
    /// Its entry of the bias; none where the layer has no bias.
    pub bias: Option<f32>,
}

impl Network {
    /// The unit of a class.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn classifier_unit(&self, class: usize) -> ClassifierUnit {
        let mut unit = ClassifierUnit {
            weights: Vec::new(),
            bias: None,
        };
        for parameter in &self.parameters()[self.graph().classifier()] {
            let numbers = parameter.value.to_vec();
            // The classes lie on the first axis of weight and bias.
            let row = numbers.len() / self.class_count();
            let of_class = &numbers[class * row..(class + 1) * row];
            match parameter.value.shape() {
                [_] => unit.bias = Some(of_class[0]),
                _ => unit.weights = of_class.to_vec(),
            }
        }
        unit
    }

    /// Gives the unit of a class other numbers; a bias only where the layer has one.
    ///
    /// # Panics
    /// If there is no such class, or the weights are not as many.
    pub fn set_classifier_unit(&mut self, class: usize, unit: &ClassifierUnit) {
        for index in self.graph().classifier() {
            let value = &self.parameters()[index].value;
            let (mut numbers, shape) = (value.to_vec(), value.shape().to_vec());
            let row = numbers.len() / self.class_count();
            let of_class = &mut numbers[class * row..(class + 1) * row];
            match (shape.len(), unit.bias) {
                (1, Some(bias)) => of_class[0] = bias,
                (1, None) => {}
                _ => of_class.copy_from_slice(&unit.weights),
            }
            let value = Value::from_vec(numbers, &shape, self.device());
            self.set(index, value);
        }
    }

    /// The biases of all classes; none where the layer has none.
    pub fn classifier_biases(&self) -> Option<Vec<f32>> {
        let mut parameters = self.parameters()[self.graph().classifier()].iter();
        let bias = parameters.find(|parameter| parameter.value.shape().len() == 1)?;
        Some(bias.value.to_vec())
    }

    /// Gives some classes other biases, where the layer has biases.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn set_classifier_biases(&mut self, biases: &[(usize, f32)]) {
        for index in self.graph().classifier() {
            let value = &self.parameters()[index].value;
            if let [classes] = *value.shape() {
                let mut numbers = value.to_vec();
                for (class, bias) in biases {
                    numbers[*class] = *bias;
                }
                let value = Value::from_vec(numbers, &[classes], self.device());
                self.set(index, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Device};

    #[test]
    fn a_unit_is_a_row_and_its_bias() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3);
        let mut network = Network::initialize(graph.unwrap(), 0, &Device::flex());
        let before = [0, 1, 2].map(|class| network.classifier_unit(class));
        assert_eq!(before[0].weights.len(), 4);
        let unit = ClassifierUnit {
            weights: vec![1.0, 2.0, 3.0, 4.0],
            bias: Some(5.0),
        };
        network.set_classifier_unit(1, &unit);
        let after = [0, 1, 2].map(|class| network.classifier_unit(class));
        assert_eq!(after, [before[0].clone(), unit, before[2].clone()]);
    }

    #[test]
    fn biases_are_those_of_the_units() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3);
        let mut network = Network::initialize(graph.unwrap(), 0, &Device::flex());
        let weights = network.classifier_unit(2).weights;
        network.set_classifier_biases(&[(2, 7.0), (0, -1.0)]);
        let biases = network.classifier_biases().unwrap();
        assert_eq!([biases[0], biases[2]], [-1.0, 7.0]);
        assert_eq!(network.classifier_unit(1).bias, Some(biases[1]));
        assert_eq!(network.classifier_unit(2).weights, weights);
    }
}
