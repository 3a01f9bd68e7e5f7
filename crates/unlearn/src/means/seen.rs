//! A network and the training images that it is shown.

use unlearn_data::{Normalization, Split};

use super::FeatureLayer;
use super::rows::add_rows;
use crate::network::op::Mode;
use crate::network::{Halfway, Network, Value};

/// A network and the images that it is shown.
pub struct Seen<'a> {
    /// All of it.
    pub network: &'a Network,
    /// The part before its classifier layer.
    pub body: &'a Network,
    pub layer: FeatureLayer,
    pub images: &'a Split,
    pub normalization: &'a Normalization,
}

impl Seen<'_> {
    /// Images by their places, `[images, channels, height, width]`.
    pub fn batch(&self, places: &[usize]) -> Value {
        let [channels, height, width] = self.images.shape();
        let length = channels * height * width;
        let mut numbers = vec![0.0; places.len() * length];
        for (out, place) in numbers.chunks_exact_mut(length).zip(places) {
            self.images.write_sample(*place, self.normalization, out);
        }
        let shape = [places.len(), channels, height, width];
        Value::from_vec(numbers, &shape, self.body.device())
    }

    /// The layer's mean inputs, `[batch, width]`, and the features, `[batch, features]`.
    pub fn forward(&self, batch: Value) -> Option<[Value; 2]> {
        self.forward_from(self.body.forward_to(batch, self.layer.node))
    }

    /// The same of a pass that has come to the layer.
    pub fn forward_from(&self, halfway: Halfway) -> Option<[Value; 2]> {
        let operation = &self.body.graph().nodes()[self.layer.node].operation;
        let inputs = operation.mean_inputs(halfway.value(self.layer.input))?;
        let features = self.body.forward_from(halfway);
        let count = inputs.shape()[0];
        Some([
            self.with_bias(&inputs),
            features.reshaped(&[count, self.layer.features]),
        ])
    }

    /// With an entry of 1 more in each row where the layer has a bias.
    fn with_bias(&self, inputs: &Value) -> Value {
        if self.layer.bias.is_none() {
            return inputs.clone();
        }
        let count = inputs.shape()[0];
        let numbers = inputs.read(|numbers| {
            let rows = numbers.chunks_exact(self.layer.inputs);
            let rows = rows.flat_map(|row| row.iter().copied().chain([1.0]));
            rows.collect()
        });
        Value::from_vec(numbers, &[count, self.layer.width()], &inputs.device())
    }

    /// Per feature, the standard deviation of the layer's output over images and positions.
    pub fn output_deviations(&self, batches: &[Halfway]) -> Vec<f64> {
        let node = &self.body.graph().nodes()[self.layer.node];
        let parameters = &self.body.parameters()[node.parameters.clone()];
        let parameters: Vec<Value> = parameters.iter().map(|p| p.value.clone()).collect();
        let (mut sums, mut squares) = (
            vec![0.0; self.layer.features],
            vec![0.0; self.layer.features],
        );
        let mut count = 0;
        for halfway in batches {
            let input = halfway.value(self.layer.input).clone();
            let forward = node
                .operation
                .forward(vec![input], &parameters, &mut Mode::Inference);
            let positions: usize = forward.output.shape()[2..].iter().product();
            count += forward.output.shape()[0] * positions;
            forward.output.read(|numbers| {
                for (place, plane) in numbers.chunks_exact(positions).enumerate() {
                    let feature = place % self.layer.features;
                    for number in plane {
                        sums[feature] += f64::from(*number);
                        squares[feature] += f64::from(*number).powi(2);
                    }
                }
            });
        }
        let count = count.max(1) as f64;
        let pairs = sums.iter().zip(squares);
        pairs
            .map(|(sum, square)| (square / count - (sum / count).powi(2)).max(0.0).sqrt())
            .collect()
    }

    /// The mean features that a body like this one makes from the layer on.
    pub fn mean_features(&self, body: &Network, batches: &[Halfway]) -> Vec<f64> {
        let mut sums = vec![0.0; self.layer.features];
        let mut count = 0;
        for halfway in batches {
            let features = body.forward_from(halfway.clone());
            count += features.shape()[0];
            add_rows(&mut sums, &features);
        }
        sums.iter().map(|sum| sum / count.max(1) as f64).collect()
    }

    /// Places of images, the first of each class: `share` of it, or as many as there are.
    pub fn places(&self, classes: usize, share: usize) -> Vec<Vec<usize>> {
        let mut places = vec![Vec::new(); classes];
        for place in 0..self.images.len() {
            let of_class: &mut Vec<usize> = &mut places[self.images.label(place)];
            if of_class.len() < share {
                of_class.push(place);
            }
        }
        places
    }
}
