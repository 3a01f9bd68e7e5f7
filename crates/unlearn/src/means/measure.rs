//! Measuring class means on training images.

use rayon::prelude::*;
use unlearn_data::Split;

use super::balance::offsets;
use super::cost::Cost;
use super::moments::Moments;
use super::response::{LENGTHS, Response};
use super::rows::{add_as_rows, add_rows, doubles};
use super::seen::Seen;
use super::spread::regression;
use super::through::Through;
use super::{ClassMeans, FeatureLayer};
use crate::checkpoint::Model;
use crate::network::Value;
use crate::solve::{Cholesky, add_to_diagonal, dot};

/// Images that means and second moments are of, in all; as many of each class.
const IMAGES: usize = 5_000;

/// Images that responses and spreads are of, in all.
const MOVED_IMAGES: usize = 2_000;

/// Numbers of the spreads of all classes, at most.
const SPREAD_NUMBERS: usize = 4_000_000;

/// Of a class at least so many, of however many classes.
const LEAST: usize = 8;

/// Images that go through the network together.
const BATCH: usize = 100;

/// Classes whose cost is found at the same time.
const TOGETHER: usize = 16;

/// Part of the mean square of an input that is added to all of them.
const RIDGE: f64 = 0.01;

impl ClassMeans {
    /// Measures a model on training images and on its codes `[codes, channels, height, width]`: one
    /// forward pass over at most 5,000 images (8 of each class where there are more than 625), one and nine more
    /// of what comes after the layer over two fifths of them, and one, with one or two of what comes after the layer per class, over as many. The images are the first
    /// of each class. `watch` is told how many of how many classes are done. `None` where the network's features are
    /// not the outputs of one layer, each of one output, or that layer reads nothing but zeros.
    ///
    /// # Panics
    /// If the shape of the images is not the model's.
    pub fn measure(
        model: &Model,
        images: &Split,
        codes: &Value,
        watch: &mut dyn FnMut(usize, usize),
    ) -> Option<Self> {
        let [body, head] = model.network.split()?;
        let layer = FeatureLayer::of(&body)?;
        let seen = Seen {
            network: &model.network,
            body: &body,
            head: &head,
            layer,
            images,
            normalization: &model.metadata.normalization,
        };
        let classes = model.metadata.classes.len();
        // Each class comes by three times.
        let mut done = 0;
        let mut class_done = || {
            done += 1;
            watch(done, 3 * classes);
        };
        let mut means = Self::unknown(classes, layer);
        let of_images = means.take_means(&seen, &mut class_done)?;
        let of_codes = moments_of(&seen, codes)?;
        let solver = Cholesky::new(with_ridge(of_images.mean_with(of_codes)));
        means.take_moves(&seen, &solver, &mut class_done)?;
        let every: Vec<usize> = (0..classes).collect();
        let balanced = means.balanced(&model.network, &every);
        let seen = Seen {
            network: &balanced,
            ..seen
        };
        means.take_costs(&seen, &mut class_done);
        means.is_finite().then_some(means)
    }

    /// Before any image.
    fn unknown(classes: usize, layer: FeatureLayer) -> Self {
        let (width, features) = (layer.width(), layer.features);
        let spreads = classes * classes * width;
        Self {
            sizes: [width, features],
            inputs: vec![0.0; classes * width],
            detectors: vec![0.0; classes * width],
            features: vec![0.0; classes * features],
            scales: vec![0.0; classes * features],
            responses: vec![0.0; classes * LENGTHS.len() * features],
            spreads: vec![
                0.0;
                if spreads <= SPREAD_NUMBERS {
                    spreads
                } else {
                    0
                }
            ],
            biases: Vec::new(),
            costs: vec![0.0; classes],
        }
    }

    /// Mean inputs and features, and biases; gives the second moments of the inputs.
    fn take_means(&mut self, seen: &Seen<'_>, class_done: &mut dyn FnMut()) -> Option<Moments> {
        let [width, features] = self.sizes;
        let classes = self.class_count();
        let (mut logits, mut labels) = (Vec::new(), Vec::new());
        let mut moments = Moments::new(width);
        let places = seen.places(classes, LEAST.max(IMAGES / classes));
        for (class, places) in places.iter().enumerate() {
            let mut sums = [vec![0.0; width], vec![0.0; features]];
            for batch in places.chunks(BATCH) {
                let through = seen.through(batch);
                let inputs = seen.mean_inputs(&through)?;
                let features = through.rest();
                moments.add(&inputs);
                add_rows(&mut sums[0], &inputs);
                add_rows(&mut sums[1], &features);
                logits.extend(seen.head.forward(features).into_vec());
                labels.resize(labels.len() + batch.len(), class);
            }
            let mean = |sum: f64| (sum / places.len().max(1) as f64) as f32;
            let [inputs, features_of] = sums.map(|sums| sums.into_iter().map(mean));
            put(&mut self.inputs, class, inputs);
            put(&mut self.features, class, features_of);
            class_done();
        }
        let logits = Value::from_vec(logits, &[labels.len(), classes], seen.network.device());
        if let Some(biases) = seen.network.classifier_biases() {
            let pairs = biases.into_iter().zip(offsets(&logits, &labels));
            let moved = pairs.map(|(bias, offset)| bias + offset as f32);
            self.biases = moved.collect();
        }
        Some(moments)
    }

    /// Detectors, how features answer to moves along them, and what tells the images of a class apart.
    fn take_moves(
        &mut self,
        seen: &Seen<'_>,
        solver: &Cholesky,
        class_done: &mut dyn FnMut(),
    ) -> Option<()> {
        let classes = self.class_count();
        let places = seen.places(classes, LEAST.max(MOVED_IMAGES / classes));
        for (class, places) in places.iter().enumerate() {
            if !places.is_empty() {
                let input = doubles(self.input(class));
                let detector = solver.solve(&input);
                let response = dot(&input, &detector);
                let unit: Vec<f64> = detector.iter().map(|d| d / response).collect();
                let batches = places.chunks(BATCH).map(|batch| seen.through(batch));
                let batches: Vec<Through<'_>> = batches.collect();
                let Response { scales, rises } = Response::measure(&batches, &unit, self.sizes[1])?;
                put(&mut self.scales, class, scales.into_iter());
                put(&mut self.responses, class, rises.into_iter());
                put(
                    &mut self.detectors,
                    class,
                    detector.iter().map(|d| *d as f32),
                );
                if !self.spreads.is_empty() {
                    let (mut inputs, mut logits) = (Vec::new(), Vec::new());
                    for batch in &batches {
                        add_as_rows(&mut inputs, &seen.mean_inputs(batch)?);
                        add_as_rows(&mut logits, &seen.head.forward(batch.rest()));
                    }
                    let spread = regression(solver, &inputs, &logits);
                    put(&mut self.spreads, class, spread.iter().map(|u| *u as f32));
                }
            }
            class_done();
        }
        Some(())
    }

    /// Costs, of a network that is balanced.
    fn take_costs(&mut self, seen: &Seen<'_>, class_done: &mut dyn FnMut()) {
        let classes = self.class_count();
        let cost = Cost::new(seen, classes);
        for first in (0..classes).step_by(TOGETHER) {
            let together = first..classes.min(first + TOGETHER);
            let found = together.clone().into_par_iter();
            let found: Vec<f64> = found.map(|class| cost.of(self, class)).collect();
            for (class, found) in together.zip(found) {
                self.costs[class] = found as f32;
                class_done();
            }
        }
    }
}

/// Second moments of what the layer reads of codes.
fn moments_of(seen: &Seen<'_>, codes: &Value) -> Option<Moments> {
    let mut moments = Moments::new(seen.layer.width());
    let count = codes.shape()[0];
    for first in (0..count).step_by(BATCH) {
        let batch: Vec<usize> = (first..count.min(first + BATCH)).collect();
        let through = Through::new(seen.body, seen.layer, codes.samples(&batch));
        moments.add(&seen.mean_inputs(&through)?);
    }
    Some(moments)
}

fn with_ridge(mut moments: Vec<f64>) -> Vec<f64> {
    let width = moments.len().isqrt();
    let trace: f64 = moments.iter().step_by(width + 1).sum();
    add_to_diagonal(&mut moments, RIDGE * trace / width as f64);
    moments
}

/// Fills the numbers of a class in.
fn put(all: &mut [f32], class: usize, numbers: impl ExactSizeIterator<Item = f32>) {
    let first = class * numbers.len();
    for (place, number) in numbers.enumerate() {
        all[first + place] = number;
    }
}

#[cfg(test)]
mod tests {
    use unlearn_data::format::shapes;
    use unlearn_data::{ClassNames, Normalization};

    use super::*;
    use crate::checkpoint::ModelMetadata;
    use crate::network::{Activation, Architecture, Device, Network};

    const CLASSES: usize = 4;

    /// A model before training, its images, and noise in the place of codes.
    fn model(architecture: Architecture) -> (Model, Split, Value) {
        let data = shapes::draw(3, 6, 1);
        let images = data.train.of_classes(&[0, 1, 2, 3]);
        let normalization = Normalization::measure(&images);
        let classes = ClassNames::new(data.classes.names()[..CLASSES].to_vec());
        let graph = architecture.build(&data.shape, CLASSES).unwrap();
        let device = Device::flex();
        let length: usize = data.shape.iter().product();
        let noise = (0..CLASSES * length).map(|place| (1.7 * place as f32).sin());
        let shape = [&[CLASSES], &data.shape[..]].concat();
        let codes = Value::from_vec(noise.collect(), &shape, &device);
        let model = Model {
            network: Network::initialize(graph, 5, &device),
            metadata: ModelMetadata::new(architecture, data.shape, classes, normalization),
        };
        (model, images, codes)
    }

    fn mlp() -> Architecture {
        Architecture::Mlp {
            hidden: vec![6],
            activation: Activation::Sigmoid,
        }
    }

    fn images_of(model: &Model, images: &Split, class: usize) -> Value {
        let [body, head] = model.network.split().unwrap();
        let seen = Seen {
            network: &model.network,
            layer: FeatureLayer::of(&body).unwrap(),
            body: &body,
            head: &head,
            images,
            normalization: &model.metadata.normalization,
        };
        seen.batch(&seen.places(CLASSES, usize::MAX)[class])
    }

    #[test]
    fn detectors_solve_the_system_of_half_images_and_half_codes() {
        let (model, images, codes) = model(mlp());
        let means = ClassMeans::measure(&model, &images, &codes, &mut |_, _| {}).unwrap();
        let width = means.sizes()[0];
        let mut moments = vec![0.0; width * width];
        let mut add = |batch: &Value, weight: f64| {
            for row in batch.to_vec().chunks(width - 1) {
                let row: Vec<f64> = row.iter().map(|x| f64::from(*x)).chain([1.0]).collect();
                for (place, moment) in moments.iter_mut().enumerate() {
                    *moment += weight * row[place / width] * row[place % width];
                }
            }
        };
        for class in 0..CLASSES {
            add(
                &images_of(&model, &images, class),
                0.5 / images.len() as f64,
            );
        }
        add(&codes, 0.5 / CLASSES as f64);
        let trace: f64 = moments.iter().step_by(width + 1).sum();
        let ridge = 0.01 * trace / width as f64;
        for class in 0..CLASSES {
            let (input, detector) = (means.input(class), means.detector(class));
            for (row, input) in input.iter().enumerate() {
                let products = moments[row * width..][..width].iter().zip(detector);
                let product: f64 = products.map(|(m, d)| m * f64::from(*d)).sum();
                let found = product + ridge * f64::from(detector[row]);
                assert!((found - f64::from(*input)).abs() < 1e-4, "{found} {input}");
            }
        }
    }

    /// Weights are moved along the detector by hand, and the mean features compared.
    #[test]
    fn responses_are_the_rises_of_mean_features() {
        for architecture in [mlp(), Architecture::Cnn { width: 3 }] {
            let (model, images, codes) = model(architecture);
            let means = ClassMeans::measure(&model, &images, &codes, &mut |_, _| {}).unwrap();
            let [body, _] = model.network.split().unwrap();
            let layer = FeatureLayer::of(&body).unwrap();
            for class in [0, 3] {
                let (input, detector) = (means.input(class), means.detector(class));
                let response: f32 = input.iter().zip(detector).map(|(m, d)| m * d).sum();
                let (of_weight, of_bias) = detector.split_at(layer.inputs);
                let mean_features = |length: f32| {
                    let mut body = body.clone();
                    let moves = [(Some(layer.weight), of_weight), (layer.bias, of_bias)];
                    for (parameter, along) in moves {
                        let Some(parameter) = parameter else { continue };
                        let value = &body.parameters()[parameter].value;
                        let (numbers, shape) = (value.to_vec(), value.shape().to_vec());
                        let numbers = numbers.iter().enumerate().map(|(place, number)| {
                            let scale = means.scale(class)[place / along.len()];
                            number + length * scale * along[place % along.len()] / response
                        });
                        let value = Value::from_vec(numbers.collect(), &shape, body.device());
                        body.set(parameter, value);
                    }
                    let outputs = body.forward(images_of(&model, &images, class));
                    let count = outputs.shape()[0] as f64;
                    let mut sums = vec![0.0; layer.features];
                    add_rows(&mut sums, &outputs);
                    sums.into_iter()
                        .map(|sum| sum / count)
                        .collect::<Vec<f64>>()
                };
                let still = mean_features(0.0);
                for (place, length) in LENGTHS.into_iter().enumerate() {
                    let moved = mean_features(length as f32);
                    let rises = &means.response(class)[place * layer.features..][..layer.features];
                    for (feature, rise) in rises.iter().enumerate() {
                        let found = moved[feature] - still[feature];
                        let gap = (found - f64::from(*rise)).abs();
                        assert!(gap < 1e-3 * (1.0 + found.abs()), "{found} {rise}");
                    }
                    assert!(rises.iter().any(|rise| rise.abs() > 0.01));
                }
            }
        }
    }

    #[test]
    fn scales_are_the_deviations_of_what_the_layer_makes() {
        let (model, images, codes) = model(mlp());
        let means = ClassMeans::measure(&model, &images, &codes, &mut |_, _| {}).unwrap();
        let [body, _] = model.network.split().unwrap();
        let layer = FeatureLayer::of(&body).unwrap();
        let mut made = None;
        body.observe(images_of(&model, &images, 1), |node, output| {
            if node == layer.node {
                made = Some(output.to_vec());
            }
        });
        let made = made.unwrap();
        for (feature, scale) in means.scale(1).iter().enumerate() {
            let outputs: Vec<f32> = made
                .iter()
                .skip(feature)
                .step_by(layer.features)
                .copied()
                .collect();
            let mean = outputs.iter().sum::<f32>() / outputs.len() as f32;
            let squares = outputs.iter().map(|output| (output - mean).powi(2));
            let expected = (squares.sum::<f32>() / outputs.len() as f32).sqrt();
            assert!(
                (scale - expected).abs() < 1e-4 * expected,
                "{scale} {expected}"
            );
        }
    }

    #[test]
    fn a_class_without_images_has_no_means_and_there_may_be_no_codes() {
        let (model, images, codes) = model(Architecture::Cnn { width: 3 });
        let means = ClassMeans::measure(
            &model,
            &images.without_classes(&[2]),
            &codes,
            &mut |_, _| {},
        )
        .unwrap();
        let has = [0, 1, 2, 3].map(|class| means.has(class));
        assert_eq!(has, [true, true, false, true]);
        assert!(means.feature(2).iter().all(|number| *number == 0.0));
        let alone =
            ClassMeans::measure(&model, &images, &codes.samples(&[]), &mut |_, _| {}).unwrap();
        assert_ne!(alone.detector(0), means.detector(0));
        assert_eq!(alone.feature(0), means.feature(0));
    }
}
