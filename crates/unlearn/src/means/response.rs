//! How the features of a class answer to moves of the layer that makes them.

use super::layer_move::LayerMove;
use super::seen::Seen;
use crate::network::Halfway;

/// Lengths of moves that are tried, in deviations of the layer's output.
pub const LENGTHS: [f64; 8] = [-2.0, -1.0, -0.4, -0.15, 0.15, 0.4, 1.0, 2.0];

/// The shortest.
pub const SHORTEST: f64 = 0.15;

/// Of one class.
pub struct Response {
    /// Per feature, the standard deviation of the layer's output over images and positions.
    pub scales: Vec<f32>,
    /// Per length and feature, by how much the mean feature rises.
    pub rises: Vec<f32>,
}

impl Response {
    /// By passes from the layer on, one per length, in which row j moves by the length times its scale along `along`. The mean features without a move are known.
    pub fn measure(seen: &Seen<'_>, batches: &[Halfway], along: &[f64], still: &[f64]) -> Self {
        let scales = seen.output_deviations(batches);
        let means = |length: f64| {
            let by = LayerMove {
                lengths: scales.iter().map(|scale| length * scale).collect(),
                along: along.to_vec(),
            };
            let body = seen.layer.moved(seen.body, &[(1.0, &by)]);
            seen.mean_features(&body, batches)
        };
        let rises = LENGTHS.iter().flat_map(|length| {
            let pairs = means(*length).into_iter().zip(still);
            pairs.map(|(moved, still)| (moved - still) as f32)
        });
        Self {
            rises: rises.collect(),
            scales: scales.iter().map(|scale| *scale as f32).collect(),
        }
    }
}
