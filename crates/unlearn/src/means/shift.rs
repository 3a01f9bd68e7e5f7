//! Moving the features of forgotten classes to where kept classes have theirs.

use rayon::prelude::*;

use super::{ClassMeans, FeatureLayer, hull};
use crate::network::{Network, Value};
use crate::solve::{Cholesky, add_to_diagonal, dot};

/// Part of a feature's mean squared slope that is added to its square, so that features that
/// hardly move are left alone.
const FLAT: f64 = 0.01;

/// A change of the layer that makes the features: those of each forgotten class move, in the mean and to first order, by a
/// part of the way to the nearest mix of the kept classes' mean features, the nearest point of their convex hull.
///
/// With F the forgotten classes, m, d, h, s their mean inputs, detectors, features and slopes
/// ([`ClassMeans`]), `t_f` the nearest mix to `h_f` and `p_f` the part, the rows w_j of the layer become
///
/// ```text
/// w_j - sum_f p_f (h_fj - t_fj) s_fj / (s_fj^2 + 0.01 mean_i s_fi^2) * e_f
/// (e_f) = (m_F . d_F)^-1 (d_F):    e_f . m_g = 1 for f = g, else 0
/// ```
///
/// Among the moves that change the forgotten classes' mean outputs so, this one changes the outputs for everything
/// else least in the mean square (as in editing of facts, Meng et al., "Locating and Editing Factual Associations
/// in GPT", NeurIPS 2022, here with classes for facts).
pub struct Shift {
    layer: FeatureLayer,
    /// F: the forgotten classes that have means.
    classes: Vec<usize>,
    /// e_f, per class.
    directions: Vec<Vec<f64>>,
    /// How far each row goes along e_f, per class.
    lengths: Vec<Vec<f64>>,
}

impl Shift {
    /// Of a network, or one of the same graph. Classes without means neither move nor draw others. `None` where the network's features
    /// are not the outputs of one layer, or there is nothing to be moved, or to be moved to.
    pub fn new(
        network: &Network,
        means: &ClassMeans,
        forgotten: &[usize],
        kept: &[usize],
    ) -> Option<Self> {
        let [body, _] = network.split()?;
        let layer = FeatureLayer::of(&body)?;
        let known = |classes: &[usize]| -> Vec<usize> {
            let known = classes.iter().filter(|class| means.has(**class));
            known.copied().collect()
        };
        let (classes, kept) = (known(forgotten), known(kept));
        if classes.is_empty() || kept.is_empty() {
            return None;
        }
        let lengths = classes.par_iter();
        let lengths = lengths.map(|class| lengths_of(means, *class, &kept));
        Some(Self {
            layer,
            directions: directions(means, &classes),
            lengths: lengths.collect(),
            classes,
        })
    }

    /// F: the forgotten classes that have means.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// The first node that moves.
    pub fn node(&self) -> usize {
        self.layer.node
    }

    /// The same network with the features of each class moved by its part.
    ///
    /// # Panics
    /// If there is not a part for each class.
    pub fn applied(&self, network: &Network, parts: &[f64]) -> Network {
        assert_eq!(parts.len(), self.classes.len(), "a part for each class");
        let moves = |feature: usize, input: usize| -> f64 {
            let of_classes = self.lengths.iter().zip(&self.directions).zip(parts);
            let of_classes =
                of_classes.map(|((lengths, along), part)| part * lengths[feature] * along[input]);
            of_classes.sum()
        };
        let mut network = network.clone();
        let mut change = |parameter: usize, width: usize, first: usize| {
            let value = &network.parameters()[parameter].value;
            let (mut numbers, shape) = (value.to_vec(), value.shape().to_vec());
            let rows = numbers.par_chunks_exact_mut(width).enumerate();
            rows.for_each(|(feature, row)| {
                for (place, number) in row.iter_mut().enumerate() {
                    *number = (f64::from(*number) + moves(feature, first + place)) as f32;
                }
            });
            let value = Value::from_vec(numbers, &shape, network.device());
            network.set(parameter, value);
        };
        change(self.layer.weight, self.layer.inputs, 0);
        if let Some(bias) = self.layer.bias {
            change(bias, 1, self.layer.inputs);
        }
        network
    }
}

/// e_f of each class.
fn directions(means: &ClassMeans, classes: &[usize]) -> Vec<Vec<f64>> {
    let doubles =
        |numbers: &[f32]| -> Vec<f64> { numbers.iter().copied().map(f64::from).collect() };
    let inputs: Vec<Vec<f64>> = classes
        .iter()
        .map(|class| doubles(means.input(*class)))
        .collect();
    let detectors: Vec<Vec<f64>> = classes
        .iter()
        .map(|class| doubles(means.detector(*class)))
        .collect();
    let mut responses: Vec<f64> = inputs
        .iter()
        .flat_map(|input| detectors.iter().map(|detector| dot(input, detector)))
        .collect();
    // Classes that look the same on average move as one.
    let trace: f64 = responses.iter().step_by(classes.len() + 1).sum();
    add_to_diagonal(&mut responses, f64::EPSILON * trace);
    let solver = Cholesky::new(responses);
    (0..classes.len())
        .map(|place| {
            let mut unit = vec![0.0; classes.len()];
            unit[place] = 1.0;
            let weights = solver.solve(&unit);
            let mut along = vec![0.0; detectors[0].len()];
            for (weight, detector) in weights.iter().zip(&detectors) {
                let numbers = along.iter_mut().zip(detector);
                numbers.for_each(|(sum, number)| *sum += weight * number);
            }
            along
        })
        .collect()
}

/// How far each row goes along e_f to move the class's mean feature to the kept classes' hull.
fn lengths_of(means: &ClassMeans, class: usize, kept: &[usize]) -> Vec<f64> {
    let feature = |class: usize| -> Vec<f64> {
        means
            .feature(class)
            .iter()
            .copied()
            .map(f64::from)
            .collect()
    };
    let points: Vec<Vec<f64>> = kept.iter().map(|class| feature(*class)).collect();
    let from = feature(class);
    let weights = hull::nearest(&points, &from);
    let slopes: Vec<f64> = means.slope(class).iter().copied().map(f64::from).collect();
    let flat = FLAT * dot(&slopes, &slopes) / slopes.len() as f64;
    let features = from.iter().zip(&slopes).enumerate();
    features
        .map(|(place, (from, slope))| {
            let of_points = weights.iter().zip(&points);
            let to: f64 = of_points.map(|(weight, point)| weight * point[place]).sum();
            (to - from) * slope / (slope * slope + flat).max(f64::MIN_POSITIVE)
        })
        .collect()
}
