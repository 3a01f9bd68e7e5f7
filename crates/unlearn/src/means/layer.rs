//! The layer that makes the features.

use std::ops::Range;

use crate::network::{Network, Role, ValueId};

/// The last layer with a weight before the classifier layer, where each of its outputs becomes one
/// feature: `fc1` of a perceptron, the last convolution of a network that ends in a global average.
#[derive(Clone, Copy, Debug)]
pub struct FeatureLayer {
    /// Its place in the graph.
    pub node: usize,
    /// What it reads.
    pub input: ValueId,
    /// Its weight's place among the parameters.
    pub weight: usize,
    /// Its bias's; none where it has none.
    pub bias: Option<usize>,
    /// Features.
    pub features: usize,
    /// Numbers of an output's weight.
    pub inputs: usize,
}

impl FeatureLayer {
    /// Of the part of a network before its classifier layer; `None` where its outputs are not as many
    /// as the features.
    pub fn of(body: &Network) -> Option<Self> {
        let graph = body.graph();
        let specs = graph.parameters();
        let place_of = |range: Range<usize>, role: Role| {
            range.into_iter().find(|place| specs[*place].role == role)
        };
        let nodes = graph.nodes();
        let node = nodes
            .iter()
            .rposition(|node| place_of(node.parameters.clone(), Role::Weight).is_some())?;
        let [input] = nodes[node].inputs[..] else {
            return None;
        };
        let weight = place_of(nodes[node].parameters.clone(), Role::Weight)?;
        let (outputs, rest) = specs[weight].shape.split_first()?;
        let features = graph.output_shape().iter().product();
        (*outputs == features).then(|| Self {
            node,
            input,
            weight,
            bias: place_of(nodes[node].parameters.clone(), Role::Bias),
            features,
            inputs: rest.iter().product(),
        })
    }

    /// Numbers that an output is a sum of: those of its weight, and its bias.
    pub fn width(&self) -> usize {
        self.inputs + usize::from(self.bias.is_some())
    }
}
