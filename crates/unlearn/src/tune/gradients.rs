//! Gradients of a network as a user meets it, without a step.

use super::{Batch, Loss};
use crate::network::op::Mode;
use crate::network::{Network, Value};

/// Per parameter of the network the gradient of the mean loss, with running
/// statistics; `None` for buffers. Costs one backward pass per sample of the batch.
pub fn gradients(
    network: &Network,
    batch: &Batch,
    loss: impl FnOnce(&Value) -> Loss,
) -> Vec<Option<Value>> {
    let trace = network.trace(batch.inputs.clone(), &mut Mode::Tuning);
    let gradient = loss(&trace.output).gradient(network.device());
    network.backward(trace, gradient, false).parameters
}

/// The gradient of the mean loss with respect to the inputs, of their shape,
/// with running statistics: what noise follows and what an adversary adds. Costs
/// one backward pass per sample.
pub fn input_gradient(
    network: &Network,
    inputs: &Value,
    loss: impl FnOnce(&Value) -> Loss,
) -> Value {
    let trace = network.trace(inputs.clone(), &mut Mode::Tuning);
    let gradient = loss(&trace.output).gradient(network.device());
    network.input_gradient(trace, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Device};

    #[test]
    fn the_input_follows_its_slope() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3);
        let network = Network::initialize(graph.unwrap(), 5, &Device::flex());
        let numbers: Vec<f32> = (0..128).map(|i| (0.3 * i as f32).sin()).collect();
        let value =
            |numbers: &[f32]| Value::from_vec(numbers.to_vec(), &[2, 1, 8, 8], &Device::flex());
        let loss = |z: &Value| Loss::cross_entropy(z, &[0, 2]);
        let slope = input_gradient(&network, &value(&numbers), loss).to_vec();
        let mean = |numbers: &[f32]| loss(&network.forward(value(numbers))).mean();
        // A small step against the gradient lowers the loss by the step times its square.
        let square: f64 = slope.iter().map(|g| f64::from(g * g)).sum();
        let step = 1e-2;
        let moved: Vec<f32> = numbers
            .iter()
            .zip(&slope)
            .map(|(x, g)| x - step * g)
            .collect();
        let fall = mean(&numbers) - mean(&moved);
        let expected = f64::from(step) * square;
        assert!((fall / expected - 1.0).abs() < 0.02, "{fall} {expected}");
    }
}
