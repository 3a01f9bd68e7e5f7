//! What a network holds between its layers.

use unlearn_data::Split;

use super::context::batches;
use super::{Context, Subject};
use crate::network::{Graph, Value};

/// At how many depths features are read, at most.
const DEPTHS: usize = 5;
/// Numbers per sample to which feature maps are averaged, at most.
const LARGEST: usize = 1024;

/// The features of samples at one depth.
#[derive(Clone, Debug)]
pub(super) struct Features {
    /// The layer that they come out of.
    pub layer: String,
    /// Numbers per sample.
    pub width: usize,
    /// `[samples, width]`.
    pub numbers: Vec<f32>,
}

impl Features {
    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.numbers.len() / self.width
    }

    /// The features of one sample.
    pub fn row(&self, sample: usize) -> &[f32] {
        &self.numbers[sample * self.width..][..self.width]
    }

    /// On a device, `[samples, width]`.
    pub fn value(&self, subject: &Subject) -> Value {
        let shape = [self.samples(), self.width];
        Value::from_vec(self.numbers.clone(), &shape, subject.model.network.device())
    }
}

/// Why audits of features cannot be put, if so.
pub(super) fn no_features(context: &Context<'_>) -> Option<&'static str> {
    let mut graphs = context.subjects.iter().map(|s| s.model.network.graph());
    graphs
        .any(|graph| graph.classifier().is_empty())
        .then_some("It asks one network's features, and a model here is an ensemble of several.")
}

/// The features of samples, shallow to deep; the last are those that the
/// classifier layer reads.
///
/// Depths are what convolutions and linear layers read, the input itself left
/// out, at most five, evenly spread. Feature maps `[channels, height, width]` are
/// averaged over the finest grid of cells with at most 1024 numbers in all.
pub(super) fn features(subject: &Subject, samples: &Split) -> Vec<Features> {
    let network = &subject.model.network;
    let nodes = depths(network.graph());
    let mut all: Vec<Features> = nodes
        .iter()
        .map(|(_, layer)| Features {
            layer: layer.clone(),
            width: 0,
            numbers: Vec::new(),
        })
        .collect();
    for (_, batch) in batches(samples, subject) {
        network.observe(batch, |node, value| {
            let Some(depth) = nodes.iter().position(|(at, _)| *at == node) else {
                return;
            };
            let (width, numbers) = averaged(value);
            all[depth].width = width;
            all[depth].numbers.extend(numbers);
        });
    }
    all
}

/// The features that the classifier layer reads.
pub(super) fn last_features(subject: &Subject, samples: &Split) -> Option<Features> {
    features(subject, samples).pop()
}

/// The nodes whose outputs are read, each with the layer that it belongs to.
fn depths(graph: &Graph) -> Vec<(usize, String)> {
    let nodes = graph.nodes();
    let readers = nodes.iter().filter(|node| {
        let is_layer = matches!(node.operation.kind(), "conv2d" | "linear");
        is_layer && !node.parameters.is_empty()
    });
    let mut read: Vec<usize> = readers
        .flat_map(|node| &node.inputs)
        .filter_map(|value| graph.producer(*value))
        // Something was learned up to there.
        .filter(|node| nodes[..=*node].iter().any(|n| !n.parameters.is_empty()))
        .collect();
    read.sort_unstable();
    read.dedup();
    let last = read.len().saturating_sub(1);
    let wanted = read.len().min(DEPTHS);
    let places = (0..wanted).map(|place| match wanted {
        1 => 0,
        _ => (place * last + (wanted - 1) / 2) / (wanted - 1),
    });
    let named = places.map(|place| {
        let node = read[place];
        let mut before = nodes[..=node].iter().rev();
        let layer = before.find(|n| !n.parameters.is_empty());
        (node, layer.map_or_else(String::new, |n| n.layer.clone()))
    });
    named.collect()
}

/// Numbers per sample, and they themselves, of a value `[samples, ..]`.
fn averaged(value: &Value) -> (usize, Vec<f32>) {
    let shape = value.shape();
    let width: usize = shape[1..].iter().product();
    let numbers = value.to_vec();
    let &[_, channels, height, columns] = shape else {
        return (width, numbers);
    };
    if width <= LARGEST {
        return (width, numbers);
    }
    let side = height.min(columns);
    let grid = (1..=side)
        .rev()
        .find(|grid| channels * grid * grid <= LARGEST);
    let grid = grid.unwrap_or(1);
    let cell =
        |place: usize, length: usize| place * length / grid..((place + 1) * length).div_ceil(grid);
    let mut means = Vec::with_capacity(shape[0] * channels * grid * grid);
    for map in numbers.chunks_exact(height * columns) {
        for row in 0..grid {
            for column in 0..grid {
                let mut sum = 0.0;
                let (rows, places) = (cell(row, height), cell(column, columns));
                for y in rows.clone() {
                    sum += map[y * columns..][places.clone()].iter().sum::<f32>();
                }
                means.push(sum / (rows.len() * places.len()) as f32);
            }
        }
    }
    (channels * grid * grid, means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Architecture, Device};

    #[test]
    fn depths_end_at_what_the_classifier_reads() {
        let names = |architecture: Architecture| {
            let graph = architecture.build(&[3, 32, 32], 10).unwrap();
            let depths = depths(&graph).into_iter().map(|(_, layer)| layer);
            depths.collect::<Vec<_>>()
        };
        let resnet = names(Architecture::Resnet18 { width: 4 });
        assert_eq!(resnet.len(), 5);
        assert_eq!(resnet[4], "layer4.1.bn2");
        assert_eq!(names(Architecture::Cnn { width: 4 }), ["bn1", "bn2", "bn3"]);
        let activation = Activation::Relu;
        let hidden = vec![8, 6];
        let mlp = names(Architecture::Mlp { hidden, activation });
        assert_eq!(mlp, ["fc1", "fc2"]);
    }

    #[test]
    fn large_maps_are_averaged_over_cells() {
        // 300 channels of 2 x 2: one cell each.
        let numbers = [1.0, 2.0, 3.0, 6.0].repeat(600);
        let value = Value::from_vec(numbers, &[2, 300, 2, 2], &Device::flex());
        let (width, means) = averaged(&value);
        assert_eq!((width, means), (300, vec![3.0; 600]));
    }
}
