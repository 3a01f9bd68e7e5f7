//! Moving the features of forgotten classes to where a network that never saw them has them.

use rayon::prelude::*;

use super::curve::Curve;
use super::kept_rows::KeptRows;
use super::layer_move::LayerMove;
use super::rows::doubles;
use super::wanted::{to_hull, to_rows};
use super::{ClassMeans, FeatureLayer};
use crate::network::Network;
use crate::solve::{Cholesky, add_to_diagonal, dot};

/// By which part the logits of a forgotten class's images are spread where nobody says.
pub const SPREAD: f64 = 0.3;

/// Part of a feature's mean squared slope that is added to its square, so that features that
/// hardly move are left alone.
const FLAT: f64 = 0.01;

/// A change of the layer that makes the features, after which the forgotten classes look to it as to a network that never saw them.
///
/// In a network that was trained without a class, the mean features of its images lie, but for a small rest, where the rows of the other
/// classes tell them apart. So with F the forgotten classes, K the kept ones, m, d, h, o, v, U their [`ClassMeans`],
/// and W the kept classes' rows of the classifier layer less their mean:
///
/// ```text
/// e_f = sum_g ((m_F . d_F)^-1)_gf d_g                  e_f . m_g = 1 for f = g, else 0
/// t_f = c + W^T (W W^T)^-1 W (h_f - c)                 c the mean of the kept classes' h
/// w_j + u o_fj e_f,   u least of (v_fj(u) - (t_fj - h_fj))^2 + 0.02 u^2 v'_fj(0)^2
/// ```
///
/// moves the mean features of f to `t_f`, and no logit of a kept class to first order. Where there are more kept classes than
/// features, `t_f` is three quarters of the way to the nearest point of the convex hull of the kept classes' mean features instead.
///
/// A network that never saw f has not learned to draw its images together either: there they differ more from each other in what the kept rows read. So the weight changes further by
///
/// ```text
/// spread * diag(s_f / (s_f^2 + 0.01 mean_j s_fj^2)) W^T (W W^T)^-1 U_f,K      s_fj = v'_fj(0) / o_fj
/// ```
///
/// with `U_f,K` the kept classes' rows of U less their mean, and less what it makes of the forgotten classes' `m`: what tells f's images from each other grows by
/// about this part, and their mean stays.
///
/// Among the moves that change the forgotten classes' mean outputs so, those along e_f change the outputs for everything
/// else least in the mean square (as in editing of facts, Meng et al., "Locating and Editing Factual Associations
/// in GPT", NeurIPS 2022, here with classes for facts).
pub struct Shift {
    layer: FeatureLayer,
    /// The classifier layer's node.
    classifier: usize,
    /// Per forgotten class that has means.
    moves: Vec<Vec<LayerMove>>,
}

impl Shift {
    /// Of a network, or one of the same graph. Classes without means neither move nor draw others. `None` where the network's features
    /// are not the outputs of one layer, or there is nothing to be moved, or to be moved to.
    pub fn new(
        network: &Network,
        means: &ClassMeans,
        forgotten: &[usize],
        kept: &[usize],
        spread: f64,
    ) -> Option<Self> {
        let [body, _] = network.split()?;
        let layer = FeatureLayer::of(&body)?;
        let known = |classes: &[usize]| -> Vec<usize> {
            let known = classes.iter().filter(|class| means.has(**class));
            known.copied().collect()
        };
        let (classes, known_kept) = (known(forgotten), known(kept));
        if classes.is_empty() || known_kept.is_empty() {
            return None;
        }
        let rows = KeptRows::new(network, kept, layer.features);
        let inputs = classes.iter().map(|class| doubles(means.input(*class)));
        let moved = Moved {
            means,
            inputs: inputs.collect(),
            directions: directions(means, &classes),
        };
        let moves = classes.par_iter().enumerate().map(|(place, class)| {
            let wanted = match &rows {
                Some(rows) => to_rows(means, *class, &known_kept, rows),
                None => to_hull(means, *class, &known_kept),
            };
            let mut moves = vec![moved.mean(place, *class, &wanted)];
            let regression = means.spread(*class).filter(|_| spread > 0.0);
            if let (Some(rows), Some(regression)) = (&rows, regression) {
                moves.extend(moved.spread(*class, kept, rows, regression, spread));
            }
            moves
        });
        Some(Self {
            layer,
            classifier: body.graph().nodes().len(),
            moves: moves.collect(),
        })
    }

    /// The first node that moves.
    pub fn node(&self) -> usize {
        self.layer.node
    }

    /// The classifier layer's node.
    pub fn classifier(&self) -> usize {
        self.classifier
    }

    /// The moves of the layer.
    pub(super) fn moves(&self) -> impl Iterator<Item = &LayerMove> {
        self.moves.iter().flatten()
    }

    /// The same network with the features moved by a part of the way.
    pub fn applied(&self, network: &Network, part: f64) -> Network {
        let moves: Vec<&LayerMove> = self.moves().collect();
        self.layer.moved(network, &moves, part)
    }
}

/// The classes that move.
struct Moved<'a> {
    means: &'a ClassMeans,
    /// m_f, per class.
    inputs: Vec<Vec<f64>>,
    /// e_f, per class.
    directions: Vec<Vec<f64>>,
}

impl Moved<'_> {
    /// Moves the mean features of a class to where they are wanted.
    fn mean(&self, place: usize, class: usize, wanted: &[f64]) -> LayerMove {
        let scales = self.means.scale(class).iter();
        let lengths = scales.enumerate().map(|(feature, scale)| {
            let curve = Curve::of(self.means, class, feature);
            f64::from(*scale) * curve.length_for(wanted[feature])
        });
        LayerMove {
            lengths: lengths.collect(),
            along: self.directions[place].clone(),
        }
    }

    /// Draws the images of a class apart where the kept classes' rows see it.
    fn spread<'r>(
        &self,
        class: usize,
        kept: &[usize],
        rows: &'r KeptRows,
        regression: &[f32],
        spread: f64,
    ) -> impl Iterator<Item = LayerMove> + use<'r> {
        let width = self.means.sizes()[0];
        let mut along = vec![vec![0.0; width]; kept.len()];
        for input in 0..width {
            let of_kept = kept
                .iter()
                .map(|other| f64::from(regression[other * width + input]));
            let mut of_kept: Vec<f64> = of_kept.collect();
            let mean = of_kept.iter().sum::<f64>() / kept.len() as f64;
            of_kept.iter_mut().for_each(|number| *number -= mean);
            for (row, weight) in along.iter_mut().zip(rows.weights(&of_kept)) {
                row[input] = weight;
            }
        }
        for row in &mut along {
            for (input, direction) in self.inputs.iter().zip(&self.directions) {
                let product = dot(row, input);
                let pairs = row.iter_mut().zip(direction);
                pairs.for_each(|(number, direction)| *number -= product * direction);
            }
        }
        let slopes = self
            .means
            .scale(class)
            .iter()
            .enumerate()
            .map(|(feature, scale)| {
                Curve::of(self.means, class, feature).slope()
                    / f64::from(*scale).max(f64::MIN_POSITIVE)
            });
        let slopes: Vec<f64> = slopes.collect();
        let flat = FLAT * dot(&slopes, &slopes) / slopes.len() as f64;
        let gains = slopes
            .iter()
            .map(|slope| spread * slope / (slope * slope + flat).max(f64::MIN_POSITIVE));
        let gains: Vec<f64> = gains.collect();
        rows.rows()
            .iter()
            .zip(along)
            .map(move |(row, along)| LayerMove {
                lengths: row.iter().zip(&gains).map(|(w, gain)| w * gain).collect(),
                along,
            })
    }
}

/// e_f of each class.
fn directions(means: &ClassMeans, classes: &[usize]) -> Vec<Vec<f64>> {
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

#[cfg(test)]
mod tests {
    use unlearn_data::{ClassNames, Normalization, Split};

    use super::*;
    use crate::checkpoint::{Model, ModelMetadata};
    use crate::network::{Activation, Architecture, Device, Value};

    const CLASSES: usize = 5;
    const KEPT: [usize; 4] = [0, 2, 3, 4];
    const FORGOTTEN: usize = 1;

    /// A model before training, and images that differ by class and from each other.
    fn model(hidden: usize) -> (Model, Split) {
        let [side, each] = [6, 40];
        let pixel = |place: usize| {
            let (image, pixel) = (place / (side * side), place % (side * side));
            let of_class = (1.3 * (pixel * (image % CLASSES + 1)) as f64).sin();
            let of_image = (0.7 * (pixel * (image + 3)) as f64).sin();
            (128.0 + 70.0 * of_class + 50.0 * of_image) as u8
        };
        let pixels = (0..CLASSES * each * side * side).map(pixel).collect();
        let labels = (0..CLASSES * each).map(|image| (image % CLASSES) as u32);
        let images = Split::new([1, side, side], pixels, labels.collect());
        let architecture = Architecture::Mlp {
            hidden: vec![hidden],
            activation: Activation::Sigmoid,
        };
        let graph = architecture.build(&[1, side, side], CLASSES).unwrap();
        let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
        let classes = ClassNames::new(names.to_vec());
        let normalization = Normalization::measure(&images);
        let model = Model {
            network: Network::initialize(graph, 4, &Device::flex()),
            metadata: ModelMetadata::new(architecture, [1, side, side], classes, normalization),
        };
        (model, images)
    }

    fn measured(model: &Model, images: &Split) -> ClassMeans {
        let shape = [&[0], &model.metadata.input_shape[..]].concat();
        let none = Value::from_vec(Vec::new(), &shape, &Device::flex());
        ClassMeans::measure(model, images, &none, &mut |_, _| {}).unwrap()
    }

    fn moved(model: &Model, means: &ClassMeans, spread: f64) -> Model {
        let shift = Shift::new(&model.network, means, &[FORGOTTEN], &KEPT, spread).unwrap();
        Model {
            network: shift.applied(&model.network, 1.0),
            metadata: model.metadata.clone(),
        }
    }

    /// Squares of what the forgotten class's mean features have within the span of the kept rows and beside it, from the kept classes' mean on.
    fn within_and_beside(model: &Model, means: &ClassMeans) -> [f64; 2] {
        let rows = KeptRows::new(&model.network, &KEPT, means.sizes()[1]).unwrap();
        let beside = to_rows(means, FORGOTTEN, &KEPT, &rows);
        let whole = (0..beside.len()).map(|place| {
            let mean = KEPT.map(|class| f64::from(means.feature(class)[place]));
            let mean = mean.iter().sum::<f64>() / KEPT.len() as f64;
            f64::from(means.feature(FORGOTTEN)[place]) - mean
        });
        let whole: f64 = whole.map(|number| number * number).sum();
        let beside = dot(&beside, &beside);
        [whole - beside, beside]
    }

    #[test]
    fn mean_features_stay_where_kept_rows_see_them_and_go_elsewhere() {
        let (model, images) = model(12);
        let before = measured(&model, &images);
        let after = measured(&moved(&model, &before, 0.0), &images);
        let [within, beside] = within_and_beside(&model, &before);
        let [still_within, still_beside] = within_and_beside(&model, &after);
        assert!(still_beside < 0.05 * beside, "{beside} {still_beside}");
        let gap = (still_within - within).abs();
        assert!(gap < 0.05 * beside, "{within} {still_within}, {beside}");
    }

    /// The variance of the kept logits, less their mean, over images of the forgotten class.
    fn variance(model: &Model, images: &Split) -> f64 {
        let of_class = images.of_classes(&[FORGOTTEN]);
        let rows = (0..of_class.len()).map(|place| {
            let mut sample = vec![0.0; model.metadata.input_shape.iter().product()];
            of_class.write_sample(place, &model.metadata.normalization, &mut sample);
            let shape = [&[1], &model.metadata.input_shape[..]].concat();
            let sample = Value::from_vec(sample, &shape, &Device::flex());
            let logits = doubles(&model.network.forward(sample).into_vec());
            let mean = KEPT.iter().map(|class| logits[*class]).sum::<f64>() / 4.0;
            KEPT.map(|class| logits[class] - mean)
        });
        let rows: Vec<[f64; 4]> = rows.collect();
        let count = rows.len() as f64;
        let of_logit = |logit: usize| {
            let mean = rows.iter().map(|row| row[logit]).sum::<f64>() / count;
            rows.iter()
                .map(|row| (row[logit] - mean).powi(2))
                .sum::<f64>()
                / count
        };
        (0..4).map(of_logit).sum()
    }

    #[test]
    fn images_of_the_forgotten_class_are_drawn_apart() {
        let (model, images) = model(12);
        let means = measured(&model, &images);
        let [none, some, more] =
            [0.0, 0.4, 0.8].map(|spread| variance(&moved(&model, &means, spread), &images));
        assert!(
            none * 1.1 < some && some * 1.1 < more,
            "{none} {some} {more}"
        );
        // All of the logits' deviations, grown by the part, is the most that a regression could give.
        assert!(some < none * 1.4f64.powi(2) * 1.05, "{none} {some}");
    }

    #[test]
    fn with_fewer_features_than_kept_classes_means_go_most_of_the_way_to_a_mix_of_theirs() {
        let (model, images) = model(3);
        let before = measured(&model, &images);
        let after = measured(&moved(&model, &before, 0.4), &images);
        let wanted = to_hull(&before, FORGOTTEN, &KEPT);
        for (place, wanted) in wanted.iter().enumerate() {
            let [from, to] =
                [&before, &after].map(|means| f64::from(means.feature(FORGOTTEN)[place]));
            let gap = (to - from - wanted).abs();
            assert!(
                gap < 0.1 * wanted.abs() + 2e-3,
                "{place}: {from} {to} {wanted}"
            );
        }
    }
}
