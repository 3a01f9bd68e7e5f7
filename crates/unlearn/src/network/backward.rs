//! Gradients of a network, by the chain rule from its output back.

use super::op::{OperationGradients, Wanted};
use super::{Network, Trace, Value};

/// Gradients of a loss.
#[derive(Debug)]
pub struct Gradients {
    /// Per parameter of the network; `None` for buffers.
    pub parameters: Vec<Option<Value>>,
    /// That of the input, where asked for.
    pub input: Option<Value>,
}

impl Network {
    /// The gradients of the parameters, and of the input where `input` is
    /// true, for a loss whose gradient with respect to the logits is
    /// `gradient`, `[batch, classes]`.
    pub fn backward(&self, trace: Trace, gradient: Value, input: bool) -> Gradients {
        let mut parameters = vec![None; self.parameters().len()];
        let input = self.walk_back(trace, gradient, true, input, |node, of_node, _, _| {
            let first = self.graph().nodes()[node].parameters.start;
            for (place, gradient) in of_node.parameters.drain(..).enumerate() {
                parameters[first + place] = gradient;
            }
        });
        Gradients { parameters, input }
    }

    /// The gradient of the input alone, for a loss whose gradient with respect to
    /// the logits is `gradient`, `[batch, classes]`.
    pub fn input_gradient(&self, trace: Trace, gradient: Value) -> Value {
        let input = self.walk_back(trace, gradient, false, true, |_, _, _, _| {});
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
        self.walk_back(trace, gradient, false, false, |node, _, saved, gradient| {
            if !self.is_trained(node) {
                return;
            }
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
    /// what it saved, the gradient of its output); returns the gradient of the
    /// input where wanted. What a node saved is dropped once it was visited.
    fn walk_back(
        &self,
        mut trace: Trace,
        gradient: Value,
        wants_parameters: bool,
        wants_input: bool,
        mut visit: impl FnMut(usize, &mut OperationGradients, &super::op::Saved, &Value),
    ) -> Option<Value> {
        let graph = self.graph();
        let nodes = graph.nodes();
        // A value's gradient is needed where something trained lies before it.
        let mut needed = vec![false; graph.value_count()];
        needed[0] = wants_input;
        for (index, node) in nodes.iter().enumerate() {
            needed[index + 1] =
                self.is_trained(index) || node.inputs.iter().any(|input| needed[input.0]);
        }
        let mut gradients: Vec<Option<Value>> = vec![None; graph.value_count()];
        gradients[nodes.len()] = Some(gradient);
        for (index, node) in nodes.iter().enumerate().rev() {
            let saved = trace.saved.pop();
            let saved = saved.unwrap_or_else(|| unreachable!("every node saved something"));
            let Some(gradient) = gradients[index + 1].take() else {
                continue;
            };
            let inputs: Vec<bool> = node.inputs.iter().map(|input| needed[input.0]).collect();
            let wanted = Wanted {
                inputs: &inputs,
                parameters: wants_parameters && self.is_trained(index),
            };
            let values = self.values_of(index);
            let kept = gradient.clone();
            let mut of_node = node.operation.backward(&saved, &values, gradient, wanted);
            visit(index, &mut of_node, &saved, &kept);
            for (input, gradient) in node.inputs.iter().zip(of_node.inputs) {
                let Some(gradient) = gradient.filter(|_| needed[input.0]) else {
                    continue;
                };
                let sum = match gradients[input.0].take() {
                    Some(other) => {
                        let shape = other.shape().to_vec();
                        Value::from_flat(other.flat() + gradient.flat(), &shape)
                    }
                    None => gradient,
                };
                gradients[input.0] = Some(sum);
            }
        }
        gradients[0].take()
    }
}
