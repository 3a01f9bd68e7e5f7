//! A network and the training images that it is shown.

use unlearn_data::{Normalization, Split};

use super::FeatureLayer;
use crate::network::op::Mode;
use crate::network::{Network, Value};

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
        let halfway = self.body.forward_to(batch, self.layer.node);
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

    /// Adds, over a batch, the derivative of each feature by the length of a move of its output's weight and bias.
    pub fn add_slopes(&self, places: &[usize], along: &[f64], slopes: &mut [f64]) {
        let FeatureLayer { weight, bias, .. } = self.layer;
        let trace = self.body.trace(self.batch(places), &mut Mode::Inference);
        let ones = Value::full(1.0, trace.output.shape(), self.body.device());
        let last = self.body.graph().nodes().len() - 1;
        let is_wanted = |parameter| parameter == weight || Some(parameter) == bias;
        let gradients = self
            .body
            .backward_from(trace, [(last, ones)], is_wanted, false);
        let of = |parameter: usize| gradients.parameters[parameter].as_ref();
        if let Some(gradient) = of(weight) {
            gradient.read(|numbers| {
                let rows = numbers.chunks_exact(self.layer.inputs);
                for (slope, row) in slopes.iter_mut().zip(rows) {
                    let products = row.iter().zip(along).map(|(g, d)| f64::from(*g) * d);
                    *slope += products.sum::<f64>();
                }
            });
        }
        if let Some(gradient) = bias.and_then(of) {
            gradient.read(|numbers| {
                for (slope, number) in slopes.iter_mut().zip(numbers) {
                    *slope += f64::from(*number) * along[self.layer.inputs];
                }
            });
        }
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
