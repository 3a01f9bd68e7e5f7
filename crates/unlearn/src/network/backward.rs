//! Gradients of a network, by the chain rule from its output back.

use super::op::{OperationGradients, Wanted};
use super::{Network, Trace, Value};

/// Gradients of a loss.
#[derive(Debug)]
pub struct Gradients {
    /// Per parameter of the network; `None` for buffers and for what was not asked for.
    pub parameters: Vec<Option<Value>>,
    /// That of the input, where asked for.
    pub input: Option<Value>,
}

/// What a walk back is for.
struct Wants<'a> {
    /// Whether a parameter's gradient, or its square, is wanted.
    parameters: &'a dyn Fn(usize) -> bool,
    /// Whether operations are to find the gradients of these.
    gradients: bool,
    /// Whether that of the input is.
    input: bool,
}

impl Network {
    /// The gradients of the parameters, and of the input where `input` is
    /// true, for a loss whose gradient with respect to the logits is
    /// `gradient`, `[batch, classes]`.
    pub fn backward(&self, trace: Trace, gradient: Value, input: bool) -> Gradients {
        let outputs = [(self.graph().nodes().len() - 1, gradient)];
        self.backward_from(trace, outputs, |_| true, input)
    }

    /// The same for a loss of the outputs of several nodes: (place in
    /// [`super::Graph::nodes`], gradient with respect to its output). Only the parameters that
    /// `wanted` says yes to have a gradient, and the pass ends where none lies before.
    pub fn backward_from(
        &self,
        trace: Trace,
        outputs: impl IntoIterator<Item = (usize, Value)>,
        wanted: impl Fn(usize) -> bool,
        input: bool,
    ) -> Gradients {
        let mut parameters = vec![None; self.parameters().len()];
        let wants = Wants {
            parameters: &wanted,
            gradients: true,
            input,
        };
        let input = self.walk_back(trace, outputs, wants, |node, of_node, _, _| {
            let first = self.graph().nodes()[node].parameters.start;
            for (place, gradient) in of_node.parameters.drain(..).enumerate() {
                let parameter = first + place;
                parameters[parameter] = gradient.filter(|_| wanted(parameter));
            }
        });
        Gradients { parameters, input }
    }

    /// The gradient of the input alone, for a loss whose gradient with respect to
    /// the logits is `gradient`, `[batch, classes]`.
    pub fn input_gradient(&self, trace: Trace, gradient: Value) -> Value {
        let outputs = [(self.graph().nodes().len() - 1, gradient)];
        let wants = Wants {
            parameters: &|_| false,
            gradients: false,
            input: true,
        };
        let input = self.walk_back(trace, outputs, wants, |_, _, _, _| {});
        input.unwrap_or_else(|| unreachable!("it was asked for"))
    }

    /// For each parameter the sum over the batch of the squared gradient of
    /// each sample's own loss, `sum_b (dL_b/dw)^2`, in one pass; `None` for
    /// buffers. `gradient` holds dL_b/d(logits_b), `[batch, classes]`; the
    /// trace must be one in inference mode.
    pub fn squared_gradients(&self, trace: Trace, gradient: Value) -> Vec<Option<Value>> {
        let mut squares = vec![None; self.parameters().len()];
        self.visit_squared_gradients(trace, gradient, |parameter, square| {
            squares[parameter] = Some(square);
        });
        squares
    }

    /// The same, handed to `visit` as (parameter, its squares) one after the
    /// other, from the network's end to its beginning: who uses each up at once
    /// never holds all of them.
    pub fn visit_squared_gradients(
        &self,
        trace: Trace,
        gradient: Value,
        mut visit: impl FnMut(usize, Value),
    ) {
        let outputs = [(self.graph().nodes().len() - 1, gradient)];
        let wants = Wants {
            parameters: &|_| true,
            gradients: false,
            input: false,
        };
        self.walk_back(trace, outputs, wants, |node, _, saved, gradient| {
            let Some(gradient) = gradient else { return };
            let operation = &self.graph().nodes()[node].operation;
            let first = self.graph().nodes()[node].parameters.start;
            let values = self.values_of(node);
            let of_node = operation.squared_gradients(saved, &values, gradient);
            for (place, square) in of_node.into_iter().enumerate() {
                if let Some(square) = square {
                    visit(first + place, square);
                }
            }
        });
    }

    /// Visits the nodes from the last to the first with (node, its gradients,
    /// what it saved, the gradient of its output where something in it is wanted);
    /// returns the gradient of the input where wanted. What a node saved is dropped once it was visited;
    /// nodes before which nothing is wanted are not visited.
    fn walk_back(
        &self,
        mut trace: Trace,
        outputs: impl IntoIterator<Item = (usize, Value)>,
        wants: Wants<'_>,
        mut visit: impl FnMut(usize, &mut OperationGradients, &super::op::Saved, Option<&Value>),
    ) -> Option<Value> {
        let graph = self.graph();
        let nodes = graph.nodes();
        let holds_wanted = |index: usize| {
            let mut parameters = nodes[index].parameters.clone();
            self.is_trained(index) && parameters.any(wants.parameters)
        };
        // A value's gradient is needed where something wanted lies before it.
        let mut needed = vec![false; graph.value_count()];
        needed[0] = wants.input;
        for (index, node) in nodes.iter().enumerate() {
            needed[index + 1] =
                holds_wanted(index) || node.inputs.iter().any(|input| needed[input.0]);
        }
        let mut gradients: Vec<Option<Value>> = vec![None; graph.value_count()];
        for (node, gradient) in outputs {
            if needed[node + 1] {
                add(&mut gradients[node + 1], gradient);
            }
        }
        for (index, node) in nodes.iter().enumerate().rev() {
            let saved = trace.saved.pop();
            let saved = saved.unwrap_or_else(|| unreachable!("every node saved something"));
            let Some(gradient) = gradients[index + 1].take() else {
                continue;
            };
            let inputs: Vec<bool> = node.inputs.iter().map(|input| needed[input.0]).collect();
            let is_wanted = holds_wanted(index);
            let wanted = Wanted {
                inputs: &inputs,
                parameters: wants.gradients && is_wanted,
            };
            let values = self.values_of(index);
            // Held only where it is asked for: the node may then work in its memory.
            let kept = is_wanted.then(|| gradient.clone());
            let mut of_node = node.operation.backward(&saved, &values, gradient, wanted);
            visit(index, &mut of_node, &saved, kept.as_ref());
            for (input, gradient) in node.inputs.iter().zip(of_node.inputs) {
                let Some(gradient) = gradient.filter(|_| needed[input.0]) else {
                    continue;
                };
                add(&mut gradients[input.0], gradient);
            }
        }
        gradients[0].take()
    }
}

fn add(sum: &mut Option<Value>, gradient: Value) {
    *sum = Some(match sum.take() {
        Some(other) => {
            let shape = other.shape().to_vec();
            Value::from_flat(other.flat() + gradient.flat(), &shape)
        }
        None => gradient,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::op::Mode;
    use crate::network::{Architecture, Device};

    #[test]
    fn a_loss_within_the_network_reaches_what_lies_before_it() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3).unwrap();
        let network = Network::initialize(graph, 5, &Device::flex());
        let nodes = network.graph().nodes();
        let classifier = nodes.len() - 1;
        let features = classifier - 1;
        let count: usize = network.graph().output_shape_of(features).iter().product();
        let numbers: Vec<f32> = (0..128).map(|i| (0.3 * i as f32).sin()).collect();
        let batch = || Value::from_vec(numbers.clone(), &[2, 1, 8, 8], &Device::flex());
        let trace = || network.trace_tapped(batch(), &mut Mode::Inference, &[features]);

        // The logits' gradient and the one that it causes at the features are the same before these.
        let logits: Vec<f32> = vec![0.5, -0.25, 1.0, -0.5, 0.125, 2.0];
        let gradient = Value::from_vec(logits.clone(), &[2, 3], &Device::flex());
        let whole = network.backward(trace(), gradient, true);
        let weight = network.parameters()[network.graph().classifier().start]
            .value
            .to_vec();
        let at_features: Vec<f32> = logits
            .chunks_exact(3)
            .flat_map(|row| {
                let column = |k: usize| (0..3).map(|c| row[c] * weight[c * count + k]).sum::<f32>();
                (0..count).map(column).collect::<Vec<f32>>()
            })
            .collect();
        let shape = trace().taps[0].shape().to_vec();
        let gradient = Value::from_vec(at_features, &shape, &Device::flex());
        let inner = network.backward_from(trace(), [(features, gradient)], |_| true, true);
        let close = |one: &Value, other: &Value| {
            let (one, other) = (one.to_vec(), other.to_vec());
            let largest = one.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let pairs = one.iter().zip(&other);
            assert!(largest > 0.0);
            assert!(
                pairs
                    .into_iter()
                    .all(|(a, b)| (a - b).abs() <= 1e-5 * largest)
            );
        };
        close(&whole.input.unwrap(), &inner.input.unwrap());
        for (index, gradient) in inner.parameters.iter().enumerate() {
            let in_classifier = network.graph().classifier().contains(&index);
            match (&whole.parameters[index], gradient) {
                (Some(_), None) => assert!(in_classifier),
                (Some(whole), Some(inner)) => close(whole, inner),
                (None, inner) => assert!(inner.is_none()),
            }
        }
    }

    #[test]
    fn the_pass_ends_where_nothing_wanted_lies_before() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3).unwrap();
        let network = Network::initialize(graph, 5, &Device::flex());
        let nodes = network.graph().nodes();
        let numbers: Vec<f32> = (0..128).map(|i| (0.3 * i as f32).sin()).collect();
        let trace = || {
            let batch = Value::from_vec(numbers.clone(), &[2, 1, 8, 8], &Device::flex());
            network.trace(batch, &mut Mode::Inference)
        };
        let logits = vec![0.5, -0.25, 1.0, -0.5, 0.125, 2.0];
        let outputs = || {
            let gradient = Value::from_vec(logits.clone(), &[2, 3], &Device::flex());
            [(nodes.len() - 1, gradient)]
        };
        let whole = network.backward_from(trace(), outputs(), |_| true, false);
        for first in nodes.iter().map(|node| node.parameters.start) {
            let wanted = |parameter: usize| parameter >= first;
            let part = network.backward_from(trace(), outputs(), wanted, false);
            let pairs = whole.parameters.iter().zip(&part.parameters).enumerate();
            for (parameter, (whole, part)) in pairs {
                let expected = whole.as_ref().filter(|_| wanted(parameter));
                let [expected, found] = [expected, part.as_ref()].map(|g| g.map(Value::to_vec));
                assert_eq!(expected, found, "{parameter} from {first} on");
            }
            let wants = Wants {
                parameters: &wanted,
                gradients: true,
                input: false,
            };
            let mut visited = Vec::new();
            network.walk_back(trace(), outputs(), wants, |node, _, _, _| {
                visited.push(node)
            });
            let holds_wanted = |node: &usize| nodes[*node].parameters.clone().any(wanted);
            let earliest = (0..nodes.len()).find(holds_wanted);
            assert_eq!(visited.last().copied(), earliest, "from {first} on");
        }
    }
}
