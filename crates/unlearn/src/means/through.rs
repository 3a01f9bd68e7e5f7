//! Images that came through the layer that makes the features.

use super::FeatureLayer;
use super::layer_move::LayerMove;
use crate::network::op::Mode;
use crate::network::{Halfway, Network, Value};

/// Images that came through the layer that makes the features: what it makes of them when it moves along a few directions
/// is what it made before and the sum of what it would make along each, without running it again.
pub struct Through<'a> {
    network: &'a Network,
    layer: FeatureLayer,
    input: Value,
    after: Halfway,
}

/// What the layer makes of the images along some directions, in the place of its outputs.
#[derive(Clone)]
pub struct Along(Value);

impl<'a> Through<'a> {
    /// Runs a network, or its part before the classifier layer, until after the layer.
    pub fn new(network: &'a Network, layer: FeatureLayer, images: Value) -> Self {
        let before = network.forward_to(images, layer.node);
        Self {
            network,
            layer,
            input: before.value(layer.input).clone(),
            after: network.forward_on(before, layer.node + 1),
        }
    }

    /// What the layer reads.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// What it makes.
    pub fn output(&self) -> &Value {
        self.after.made()
    }

    /// What the network makes of that.
    pub fn rest(&self) -> Value {
        self.network.forward_from(self.after.clone())
    }

    /// What the layer would make, had it these directions for the weights of its outputs. `None` where it is of a kind that does not say.
    pub fn along(&self, directions: &[&[f64]]) -> Option<Along> {
        let node = &self.network.graph().nodes()[self.layer.node];
        let operation = node.operation.with_outputs(directions.len())?;
        let device = self.input.device();
        let parameters = self.network.parameters()[node.parameters.clone()].iter();
        let parameters = parameters.enumerate().map(|(place, parameter)| {
            let is_bias = Some(node.parameters.start + place) == self.layer.bias;
            let part = match is_bias {
                true => self.layer.inputs..self.layer.width(),
                false => 0..self.layer.inputs,
            };
            let numbers = directions
                .iter()
                .flat_map(|direction| &direction[part.clone()]);
            let mut shape = parameter.value.shape().to_vec();
            shape[0] = directions.len();
            Value::from_vec(
                numbers.map(|number| *number as f32).collect(),
                &shape,
                &device,
            )
        });
        let parameters: Vec<Value> = parameters.collect();
        let forward =
            operation.forward(vec![self.input.clone()], &parameters, &mut Mode::Inference);
        Some(Along(forward.output))
    }

    /// What the network makes when the layer moves, row j by `lengths[j]` of every move along its direction, all times a part.
    pub fn moved(&self, along: &Along, moves: &[&LayerMove], part: f64) -> Value {
        let output = self.output();
        let (shape, features) = (output.shape().to_vec(), self.layer.features);
        let lengths =
            (0..features).flat_map(|feature| moves.iter().map(move |by| by.lengths[feature]));
        let lengths = lengths.map(|length| (part * length) as f32).collect();
        let lengths = Value::from_vec(lengths, &[features, moves.len()], &output.device());
        let lengths = lengths.tensor::<2>();
        let Along(along) = along.clone();
        let more = match shape[..] {
            // Of a convolution features lie on the second axis, else on the last.
            [batch, _, height, width] => {
                let along = along.reshaped(&[batch, moves.len(), height * width]);
                Value::new(lengths.unsqueeze().matmul(along.tensor::<3>()))
            }
            _ => {
                let rows = along.element_count() / moves.len();
                let along = along.reshaped(&[rows, moves.len()]);
                Value::new(along.tensor::<2>().matmul(lengths.transpose()))
            }
        };
        let [still, more] = [output.clone(), more].map(|value| {
            let count = value.element_count();
            value.reshaped(&[count]).tensor::<1>()
        });
        let made = Value::new(still + more).reshaped(&shape);
        self.network
            .forward_from(self.after.clone().with_made(made))
    }
}
