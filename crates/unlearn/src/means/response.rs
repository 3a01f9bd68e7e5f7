//! How the features of a class answer to moves of the layer that makes them.

use super::layer_move::LayerMove;
use super::rows::add_rows;
use super::through::{Along, Through};
use crate::network::Value;

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
    /// By what comes after the layer, once per length, when row j moves by the length times its scale along `along`.
    pub fn measure(images: &[Through<'_>], along: &[f64], features: usize) -> Option<Self> {
        let scales = output_deviations(images, features);
        let moved = images.iter().map(|batch| batch.along(&[along]));
        let moved: Vec<Along> = moved.collect::<Option<_>>()?;
        let by = LayerMove {
            lengths: scales.clone(),
            along: along.to_vec(),
        };
        let still = mean_features(features, images.iter().map(Through::rest));
        let rises = LENGTHS.iter().flat_map(|length| {
            let moved = images.iter().zip(&moved);
            let moved = moved.map(|(batch, along)| batch.moved(along, &[&by], *length));
            let pairs = mean_features(features, moved).into_iter().zip(&still);
            pairs.map(|(moved, still)| (moved - still) as f32)
        });
        Some(Self {
            rises: rises.collect(),
            scales: scales.iter().map(|scale| *scale as f32).collect(),
        })
    }
}

/// Of batches of features.
fn mean_features(features: usize, batches: impl Iterator<Item = Value>) -> Vec<f64> {
    let mut sums = vec![0.0; features];
    let mut count = 0;
    for of_batch in batches {
        count += of_batch.shape()[0];
        add_rows(&mut sums, &of_batch);
    }
    sums.iter().map(|sum| sum / count.max(1) as f64).collect()
}

/// Per feature, the standard deviation of the layer's output over images and positions.
fn output_deviations(images: &[Through<'_>], features: usize) -> Vec<f64> {
    let (mut sums, mut squares) = (vec![0.0; features], vec![0.0; features]);
    let mut count = 0;
    for output in images.iter().map(Through::output) {
        let positions: usize = output.shape()[2..].iter().product();
        count += output.shape()[0] * positions;
        output.read(|numbers| {
            for (place, plane) in numbers.chunks_exact(positions).enumerate() {
                let feature = place % features;
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
