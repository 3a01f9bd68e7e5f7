//! A classifier with other outputs than it was built with.

use super::{Network, Value};

impl Network {
    /// The same network with so many outputs: those there are, then new ones, whose bias is 0 and each
    /// of whose weights is what `weight` makes of the number of features. `None` where the network does
    /// not end in a linear layer.
    ///
    /// # Panics
    /// If there are fewer than before.
    pub fn with_outputs(
        &self,
        outputs: usize,
        mut weight: impl FnMut(usize) -> f32,
    ) -> Option<Self> {
        let graph = self.graph().with_outputs(outputs)?;
        let classifier = self.graph().classifier();
        let parameters = self.parameters().iter().enumerate();
        let values = parameters.map(|(index, parameter)| {
            let mut numbers = parameter.value.to_vec();
            if classifier.contains(&index) {
                let row = numbers.len() / self.class_count();
                let more = (outputs - self.class_count()) * row;
                let is_bias = parameter.value.shape().len() == 1;
                numbers.extend((0..more).map(|_| if is_bias { 0.0 } else { weight(row) }));
            }
            numbers
        });
        let values = values.collect();
        Some(Self::with_values(graph, values, self.device()))
    }

    /// The same network with its first outputs only. `None` where it does not end in a linear layer.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn with_first_outputs(&self, outputs: usize) -> Option<Self> {
        assert!(outputs <= self.class_count(), "outputs");
        let graph = self.graph().with_outputs(outputs)?;
        let classifier = self.graph().classifier();
        let parameters = self.parameters().iter().enumerate();
        let values = parameters.map(|(index, parameter)| match classifier.contains(&index) {
            true => {
                let mut shape = parameter.value.shape().to_vec();
                let mut numbers = parameter.value.to_vec();
                numbers.truncate(numbers.len() / shape[0] * outputs);
                shape[0] = outputs;
                Value::from_vec(numbers, &shape, self.device())
            }
            false => parameter.value.clone(),
        });
        let values = values.collect();
        Some(Self::from_values(graph, values, self.device()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Device};

    #[test]
    fn old_outputs_keep_their_bits_and_new_ones_follow() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3);
        let network = Network::initialize(graph.unwrap(), 5, &Device::flex());
        let numbers: Vec<f32> = (0..64).map(|i| (0.3 * i as f32).sin()).collect();
        let input = || Value::from_vec(numbers.clone(), &[1, 1, 8, 8], &Device::flex());
        let wide = network.with_outputs(5, |features| features as f32).unwrap();
        assert_eq!(wide.class_count(), 5);
        assert_eq!(wide.classifier_unit(4).weights, [4.0; 4]);
        assert_eq!(wide.classifier_unit(4).bias, Some(0.0));
        let [before, after] = [&network, &wide].map(|net| net.forward(input()).into_vec());
        let pairs = before.iter().zip(&after);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
        let narrow = wide.with_first_outputs(3).unwrap();
        assert_eq!(narrow.digest(), network.digest());
    }
}
