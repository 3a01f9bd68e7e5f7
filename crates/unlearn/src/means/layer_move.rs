//! Moving the rows of the layer that makes the features.

use rayon::prelude::*;

use super::FeatureLayer;
use crate::network::{Network, Value};

/// A change of the layer's weight and bias by a matrix of rank one: row j goes `lengths[j]` along `along`.
#[derive(Clone, Debug)]
pub struct LayerMove {
    /// Per feature.
    pub lengths: Vec<f64>,
    /// Per input, the bias last where there is one.
    pub along: Vec<f64>,
}

impl FeatureLayer {
    /// The same network with the layer moved by the sum of moves, times a part.
    pub fn moved(&self, network: &Network, moves: &[&LayerMove], part: f64) -> Network {
        let mut network = network.clone();
        let mut change = |parameter: usize, width: usize, first: usize| {
            let value = &network.parameters()[parameter].value;
            let (mut numbers, shape) = (value.to_vec(), value.shape().to_vec());
            let rows = numbers.par_chunks_exact_mut(width).enumerate();
            rows.for_each(|(feature, row)| {
                let mut sums = vec![0.0; width];
                for by in moves {
                    let length = part * by.lengths[feature];
                    let along = sums.iter_mut().zip(&by.along[first..]);
                    along.for_each(|(sum, along)| *sum += length * along);
                }
                let pairs = row.iter_mut().zip(sums);
                pairs.for_each(|(number, sum)| *number = (f64::from(*number) + sum) as f32);
            });
            let value = Value::from_vec(numbers, &shape, network.device());
            network.set(parameter, value);
        };
        change(self.weight, self.inputs, 0);
        if let Some(bias) = self.bias {
            change(bias, 1, self.inputs);
        }
        network
    }
}
