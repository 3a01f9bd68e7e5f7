//! A network and the training images that it is shown.

use unlearn_data::{Normalization, Split};

use super::FeatureLayer;
use super::through::Through;
use crate::network::{Network, Value};

/// A network and the images that it is shown.
pub struct Seen<'a> {
    /// All of it.
    pub network: &'a Network,
    /// The part before its classifier layer.
    pub body: &'a Network,
    /// The classifier layer.
    pub head: &'a Network,
    pub layer: FeatureLayer,
    pub images: &'a Split,
    pub normalization: &'a Normalization,
}

impl<'a> Seen<'a> {
    /// Images by their places, through the part before the classifier layer.
    pub fn through(&self, places: &[usize]) -> Through<'a> {
        Through::new(self.body, self.layer, self.batch(places))
    }

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

    /// The layer's mean inputs, `[batch, width]`; `None` where it is of a kind that has none.
    pub fn mean_inputs(&self, images: &Through<'_>) -> Option<Value> {
        let operation = &self.body.graph().nodes()[self.layer.node].operation;
        Some(self.with_bias(&operation.mean_inputs(images.input())?))
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
