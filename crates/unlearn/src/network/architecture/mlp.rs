//! Multi-layer perceptron.

use super::Activation;
use crate::network::op::{Flatten, Linear, Relu, Sigmoid};
use crate::network::{Graph, GraphBuilder, NetworkError};

/// `flatten - fc1 - activation - fc2 - ... - logits`.
pub(super) fn build(
    input_shape: &[usize],
    hidden: &[usize],
    activation: Activation,
    classes: usize,
) -> Result<Graph, NetworkError> {
    let (mut builder, input) = GraphBuilder::new(input_shape);
    let mut value = builder.apply(Flatten, &[input])?;
    let mut inputs = builder.shape(value)[0];
    for (index, &outputs) in hidden.iter().chain([&classes]).enumerate() {
        if index > 0 {
            value = match activation {
                Activation::Sigmoid => builder.apply(Sigmoid, &[value])?,
                Activation::Relu => builder.apply(Relu, &[value])?,
            };
        }
        let layer = format!("fc{}", index + 1);
        value = builder.layer(&layer, Linear::new(inputs, outputs), &[value])?;
        inputs = outputs;
    }
    Ok(builder.finish())
}
