//! The two forms of the Fisher diagonal, held together.

use super::small;
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::ClassNames;
use unlearn::fisher::{fisher_batched, fisher_of_images, fisher_sequential};
use unlearn::forget::{Perturbation, Scope, Sign};
use unlearn::network::Device;
use unlearn::network::op::{
    AvgPool, BatchNorm, Conv2d, Dropout, Flatten, Gelu, Linear, MaxPool, Window,
};
use unlearn::network::{Activation, Architecture, Graph, GraphBuilder, Network, Value};

/// Every operation with parameters, in forms that no architecture of ours has:
/// groups, steps, rectangular kernels, biases, a sequence axis.
fn every_operation() -> Graph {
    let (mut builder, mut value) = GraphBuilder::new(&[2, 9, 8]);
    let mut layer = Conv2d::new(2, 4, 3);
    (layer.groups, layer.bias, layer.padding) = (2, true, [1, 0]);
    value = builder.layer("grouped", layer, &[value]).unwrap();
    value = builder.layer("norm", BatchNorm::new(4), &[value]).unwrap();
    value = builder.apply(Gelu, &[value]).unwrap();
    let window = Window::square(2);
    value = builder
        .apply(
            AvgPool {
                window: window.clone(),
            },
            &[value],
        )
        .unwrap();
    let mut strided = Conv2d::new(4, 3, 3).with_stride(2);
    strided.kernel = [3, 1];
    strided.padding = [1, 0];
    value = builder.layer("strided", strided, &[value]).unwrap();
    // Height and width become a sequence for the linear layer.
    value = builder
        .layer("sequence", Linear::new(2, 5), &[value])
        .unwrap();
    value = builder
        .apply(Dropout { probability: 0.5 }, &[value])
        .unwrap();
    value = builder
        .apply(
            MaxPool {
                window: Window::square(1),
            },
            &[value],
        )
        .unwrap();
    value = builder.apply(Flatten, &[value]).unwrap();
    let width = builder.shape(value)[0];
    value = builder
        .layer("features", Linear::new(width, 6), &[value])
        .unwrap();
    value = builder.layer("norm2", BatchNorm::new(6), &[value]).unwrap();
    builder.layer("fc", Linear::new(6, 4), &[value]).unwrap();
    builder.finish()
}

fn assert_both_forms_agree(graph: Graph) {
    let shape: [usize; 3] = graph.input_shape().try_into().unwrap();
    let classes = graph.output_shape()[0];
    let device = Device::flex();
    let network = Network::initialize(graph, 9, &device);
    let names = ClassNames::numbered(classes);
    let codes = Codebook::draw(2, CodeKind::Normal, 1, names, shape);
    let labels: Vec<usize> = (0..classes).collect();
    let batch = codes.batch(&labels, &device);
    let plain = fisher_sequential(&network, &batch, &labels);
    let batched = fisher_batched(&network, &batch, &labels);
    assert_eq!(plain.backward_passes(), batched.backward_passes());
    for (index, parameter) in network.parameters().iter().enumerate() {
        let (plain, batched) = (plain.values(index), batched.values(index));
        assert_eq!(
            plain.is_some(),
            parameter.role.is_trained(),
            "{}",
            parameter.name
        );
        let (Some(plain), Some(batched)) = (plain, batched) else {
            continue;
        };
        let largest = plain.iter().fold(0.0, |most: f64, value| most.max(*value));
        assert!(largest > 0.0, "{}: nothing to compare", parameter.name);
        for (one, other) in plain.iter().zip(&batched) {
            let close = (one - other).abs() <= 5e-6 * largest;
            assert!(close, "{}: {one} {other}", parameter.name);
        }
    }
}

#[test]
fn for_every_operation_with_parameters() {
    assert_both_forms_agree(every_operation());
}

#[test]
fn for_every_architecture() {
    let mlp = Architecture::Mlp {
        hidden: vec![20, 10],
        activation: Activation::Relu,
    };
    for architecture in [
        mlp,
        Architecture::Cnn { width: 4 },
        Architecture::Resnet18 { width: 4 },
    ] {
        assert_both_forms_agree(architecture.build(&[3, 16, 16], 6).unwrap());
    }
}

/// Codes learned so well that the squares of their gradients are no doubles any
/// more still have a ratio.
#[test]
fn a_ratio_survives_what_a_double_cannot_hold() {
    let (model, codes) = small::untrained(4);
    let device = model.network.device().clone();
    let classifier = model.network.graph().classifier();
    let weight = &model.network.parameters()[classifier.start].value;
    let (length, shape) = (weight.element_count(), weight.shape().to_vec());
    let with_margin = |margin: f32| {
        let mut network = model.network.clone();
        network.set(
            classifier.start,
            Value::from_vec(vec![0.0; length], &shape, &device),
        );
        let bias = vec![margin, 0.0, 0.0, 0.0];
        network.set(classifier.end - 1, Value::from_vec(bias, &[4], &device));
        fisher_batched(&network, &codes.batch(&[0], &device), &[0])
    };
    let bias = classifier.end - 1;
    let (one, other) = (with_margin(600.0), with_margin(601.0));
    assert_eq!(one.values(bias).unwrap(), [0.0; 4], "too small by itself");
    let network = &model.network;
    let lambdas = [0.125, f64::INFINITY];
    let moves = Perturbation::new(network, [&one, &other], Scope::All, &[0]);
    let moved = moves.apply(network, lambdas, Sign::Plus);
    let [before, after] = [network, &moved].map(|net| net.parameters()[bias].value.to_vec());
    for (before, after) in before.iter().zip(&after) {
        let ratio = (f64::from(after - before) / 0.125).ln();
        assert!((ratio - 2.0).abs() < 1e-3, "{ratio}");
    }
}

/// A code that is learned by heart has gradients whose squares would be zero
/// in 32 bits; its importance is not lost.
#[test]
fn tiny_gradients_do_not_underflow() {
    let (model, codes) = small::untrained(4);
    let mut network = model.network;
    let classifier = network.graph().classifier();
    let bias = network.parameters()[classifier.end - 1].value.clone();
    // Logits so far apart that the loss is about e^-60.
    let numbers = vec![60.0, 0.0, 0.0, 0.0];
    let device = network.device().clone();
    let bias_value = Value::from_vec(numbers, bias.shape(), &device);
    network.set(classifier.end - 1, bias_value);
    for of in [fisher_sequential, fisher_batched] {
        let fisher = of(&network, &codes.batch(&[0], &device), &[0]);
        let values = fisher.values(classifier.end - 1).unwrap();
        assert!(
            values.iter().all(|value| *value > 0.0 && *value < 1e-40),
            "{values:?}"
        );
    }
}

/// The diagonal of a data set's images is that of the same images as one batch.
#[test]
fn images_are_read_batch_after_batch() {
    let (model, _) = small::trained();
    let (network, data) = (&model.network, small::data());
    // Ten images of each: the second batch is not full.
    let classes = [1, 4, 5, 7];
    let all = 0..data.train.len();
    let chosen: Vec<usize> = all
        .filter(|index| classes.contains(&data.train.label(*index)))
        .collect();
    let length = data.shape.iter().product();
    let mut numbers = vec![0.0; chosen.len() * length];
    for (sample, index) in numbers.chunks_exact_mut(length).zip(&chosen) {
        let normalization = &model.metadata.normalization;
        data.train.write_sample(*index, normalization, sample);
    }
    let [channels, height, width] = data.shape;
    let shape = [chosen.len(), channels, height, width];
    let batch = Value::from_vec(numbers, &shape, network.device());
    let labels: Vec<usize> = chosen
        .iter()
        .map(|index| data.train.label(*index))
        .collect();
    let expected = fisher_sequential(network, &batch, &labels);
    let mut done = Vec::new();
    let found = fisher_of_images(&model, &data.train, &classes, |count| done.push(count));
    let found = found.unwrap();
    assert_eq!(done, [32, 40]);
    assert_eq!(found.backward_passes(), 40);
    for parameter in 0..network.parameters().len() {
        let (found, expected) = (found.values(parameter), expected.values(parameter));
        assert_eq!(found.is_some(), expected.is_some());
        let pairs = found
            .into_iter()
            .flatten()
            .zip(expected.into_iter().flatten());
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let largest = pairs.iter().fold(0f64, |most, (_, one)| most.max(*one));
        for (found, expected) in pairs {
            assert!(
                (found - expected).abs() <= 1e-5 * largest,
                "{found} {expected}"
            );
        }
    }
    assert!(fisher_of_images(&model, &data.train, &[], |_| {}).is_none());
}
