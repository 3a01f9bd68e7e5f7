//! Running a network on a batch.

use std::ops::Range;

use super::op::{Mode, Saved};
use super::{Network, Value, ValueId};

/// A forward pass that kept what the backward pass needs. Copies share their tensors.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The logits, `[batch, classes]`.
    pub output: Value,
    /// The outputs of the nodes that were tapped, in the order asked for.
    pub taps: Vec<Value>,
    /// Per node.
    pub(super) saved: Vec<Saved>,
    /// New values of buffers: (index of the parameter, value).
    pub(super) buffers: Vec<(usize, Value)>,
}

/// A forward pass that has come to a node: what the nodes from there on read. Copies share their tensors.
#[derive(Clone, Debug)]
pub struct Halfway {
    /// The node that comes next.
    node: usize,
    /// The graph's values, as far as they are known and still read.
    values: Vec<Option<Value>>,
}

impl Halfway {
    /// A value that the next node reads.
    ///
    /// # Panics
    /// If neither it nor a later one does.
    pub fn value(&self, id: ValueId) -> &Value {
        let value = self.values[id.0].as_ref();
        value.unwrap_or_else(|| panic!("value {} is not read from here on", id.0))
    }

    /// What the node made that came last, or the graph's input where none did.
    ///
    /// # Panics
    /// If no later node reads it.
    pub fn made(&self) -> &Value {
        self.value(ValueId(self.node))
    }

    /// The same pass, had that node made this.
    pub fn with_made(mut self, made: Value) -> Self {
        self.values[self.node] = Some(made);
        self
    }
}

/// Inputs that go through a network together where there may be many.
const BATCH: usize = 32;

impl Network {
    /// The logits `[batch, classes]` of a batch `[batch, ..]`, in inference
    /// mode. Keeps no more values alive than the operations to come read.
    ///
    /// # Panics
    /// If the batch's shape is not that of the graph's input.
    pub fn forward(&self, batch: Value) -> Value {
        self.observe(batch, |_, _| {})
    }

    /// The same for any number of inputs, in batches, so that many need no more memory
    /// than few.
    ///
    /// # Panics
    /// If the inputs' shape is not that of the graph's input.
    pub fn forward_in_batches(&self, inputs: &Value) -> Value {
        self.forward_moved(inputs, as_it_is)
    }

    /// The same with other parameters in the place of these: `moved` is given a parameter's
    /// place and value whenever an operation needs it, so that no copy of the network is
    /// ever held.
    ///
    /// # Panics
    /// If the inputs' shape is not that of the graph's input.
    pub fn forward_moved(&self, inputs: &Value, moved: impl Fn(usize, &Value) -> Value) -> Value {
        let forward = |batch| {
            let mode = &mut Mode::Inference;
            let trace = self.run(batch, &moved, mode, |_, _| {}, |_| {});
            trace.output
        };
        let count = inputs.shape()[0];
        if count <= BATCH {
            return forward(inputs.clone());
        }
        let mut outputs = Vec::new();
        for batch in batches(count) {
            outputs.extend(forward(inputs.samples(&batch)).into_vec());
        }
        let mut shape = vec![count];
        shape.extend(self.graph().output_shape());
        Value::from_vec(outputs, &shape, self.device())
    }

    /// As [`Network::forward`], shown the output of every node as it comes to be: `visit` is
    /// called with the node's place in the graph and its output `[batch, ..]`.
    ///
    /// # Panics
    /// If the batch's shape is not that of the graph's input.
    pub fn observe(&self, batch: Value, visit: impl FnMut(usize, &Value)) -> Value {
        let mode = &mut Mode::Inference;
        self.run(batch, as_it_is, mode, visit, |_| {}).output
    }

    /// The same, keeping what [`Network::backward`] needs.
    ///
    /// # Panics
    /// If the batch's shape is not that of the graph's input.
    pub fn trace(&self, batch: Value, mode: &mut Mode<'_>) -> Trace {
        self.trace_tapped(batch, mode, &[])
    }

    /// The same, keeping the outputs of some nodes, by their place in
    /// [`super::Graph::nodes`], too.
    ///
    /// # Panics
    /// If the batch's shape is not that of the graph's input, or there is no
    /// such node.
    pub fn trace_tapped(&self, batch: Value, mode: &mut Mode<'_>, taps: &[usize]) -> Trace {
        let mut saved = Vec::with_capacity(self.graph().nodes().len());
        let mut tapped = vec![None; taps.len()];
        let tap = |node: usize, output: &Value| {
            let wanted = tapped.iter_mut().zip(taps);
            for (value, _) in wanted.filter(|(_, tap)| **tap == node) {
                *value = Some(output.clone());
            }
        };
        let trace = self.run(batch, as_it_is, mode, tap, |of_node| saved.push(of_node));
        let tapped = tapped.into_iter().zip(taps);
        let tapped = tapped.map(|(value, node)| value.unwrap_or_else(|| panic!("no node {node}")));
        Trace {
            taps: tapped.collect(),
            saved,
            ..trace
        }
    }

    /// A pass in inference mode that stops before a node, by its place in [`super::Graph::nodes`].
    ///
    /// # Panics
    /// If the batch's shape is not that of the graph's input, or there is no such node.
    pub fn forward_to(&self, batch: Value, node: usize) -> Halfway {
        let start = Halfway {
            node: 0,
            values: self.values_at_start(batch),
        };
        self.forward_on(start, node)
    }

    /// A pass that has come to a node, from there to a later one.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn forward_on(&self, halfway: Halfway, node: usize) -> Halfway {
        let Halfway {
            node: first,
            mut values,
        } = halfway;
        let mode = &mut Mode::Inference;
        let visits = (&mut |_, _: &Value| {}, &mut |_| {});
        self.run_nodes(first..node, &mut values, &as_it_is, mode, visits);
        Halfway { node, values }
    }

    /// The same for any number of inputs, in batches.
    ///
    /// # Panics
    /// If the inputs' shape is not that of the graph's input, or there is no such node.
    pub fn forward_to_in_batches(&self, inputs: &Value, node: usize) -> Vec<Halfway> {
        let batches = batches(inputs.shape()[0]);
        batches
            .map(|batch| self.forward_to(inputs.samples(&batch), node))
            .collect()
    }

    /// The rest of it, with the parameters of this network: the logits `[batch, classes]`.
    pub fn forward_from(&self, halfway: Halfway) -> Value {
        let end = self.forward_on(halfway, self.graph().nodes().len());
        output(end.values)
    }

    fn run(
        &self,
        batch: Value,
        moved: impl Fn(usize, &Value) -> Value,
        mode: &mut Mode<'_>,
        mut visit: impl FnMut(usize, &Value),
        mut keep: impl FnMut(Saved),
    ) -> Trace {
        let mut values = self.values_at_start(batch);
        let nodes = 0..self.graph().nodes().len();
        let visits = (&mut visit, &mut keep);
        let buffers = self.run_nodes(nodes, &mut values, &moved, mode, visits);
        Trace {
            taps: Vec::new(),
            output: output(values),
            saved: Vec::new(),
            buffers,
        }
    }

    /// The graph's values when all that is known is its input.
    fn values_at_start(&self, batch: Value) -> Vec<Option<Value>> {
        let graph = self.graph();
        assert_eq!(
            &batch.shape()[1..],
            graph.input_shape(),
            "shape of a sample in the batch"
        );
        let mut values = vec![None; graph.value_count()];
        values[0] = Some(batch);
        values
    }

    /// Runs some of the nodes, and returns the new values of buffers.
    fn run_nodes(
        &self,
        nodes: Range<usize>,
        values: &mut [Option<Value>],
        moved: &impl Fn(usize, &Value) -> Value,
        mode: &mut Mode<'_>,
        (visit, keep): (&mut impl FnMut(usize, &Value), &mut impl FnMut(Saved)),
    ) -> Vec<(usize, Value)> {
        let graph = self.graph();
        let mut buffers = Vec::new();
        for index in nodes {
            let node = &graph.nodes()[index];
            // A value is handed over for good to its last reader, which may
            // then work in place.
            let inputs = node.inputs.iter().enumerate().map(|(place, id)| {
                let repeated = node.inputs[place + 1..].contains(id);
                let value = &mut values[id.0];
                match graph.is_last_reader(index, *id) && !repeated {
                    true => value.take(),
                    false => value.clone(),
                }
            });
            let inputs = inputs.map(|value| value.unwrap_or_else(|| unreachable!("read too late")));
            let inputs = inputs.collect();
            let parameters = node.parameters.clone();
            let parameters = parameters.map(|place| moved(place, &self.parameters()[place].value));
            let parameters: Vec<Value> = parameters.collect();
            let forward = node.operation.forward(inputs, &parameters, mode);
            keep(forward.saved);
            let first = node.parameters.start;
            let new = forward.buffers.into_iter();
            buffers.extend(new.map(|(place, value)| (first + place, value)));
            visit(index, &forward.output);
            values[index + 1] = Some(forward.output);
        }
        buffers
    }

    /// Moves the buffers (running statistics) to where a pass in training mode
    /// left them.
    pub fn update_buffers(&mut self, trace: &Trace) {
        self.update_buffers_where(trace, |_| true);
    }

    /// The same, for the buffers, by their place among the parameters, that are
    /// wanted.
    pub fn update_buffers_where(&mut self, trace: &Trace, wanted: impl Fn(usize) -> bool) {
        for (index, value) in &trace.buffers {
            if wanted(*index) {
                self.set(*index, value.clone());
            }
        }
    }
}

/// The places of so many inputs, batch by batch.
fn batches(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let firsts = (0..count).step_by(BATCH);
    firsts.map(move |first| (first..count.min(first + BATCH)).collect())
}

fn output(mut values: Vec<Option<Value>>) -> Value {
    let output = values.pop().flatten();
    output.unwrap_or_else(|| unreachable!("a graph has an output"))
}

fn as_it_is(_: usize, value: &Value) -> Value {
    value.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Architecture, Device};

    #[test]
    fn a_pass_in_two_parts_gives_the_bits_of_one() {
        let mlp = Architecture::Mlp {
            hidden: vec![5, 4],
            activation: Activation::Sigmoid,
        };
        for architecture in [
            mlp,
            Architecture::Cnn { width: 2 },
            Architecture::Resnet18 { width: 2 },
        ] {
            let graph = architecture.build(&[3, 16, 16], 4).unwrap();
            let network = Network::initialize(graph, 1, &Device::flex());
            let numbers = (0..2 * 3 * 16 * 16).map(|place| (1.3 * place as f32).sin());
            let batch = Value::from_vec(numbers.collect(), &[2, 3, 16, 16], &Device::flex());
            let whole = network.forward(batch.clone()).into_vec();
            for node in 0..network.graph().nodes().len() {
                let halfway = network.forward_to(batch.clone(), node);
                for _ in 0..2 {
                    let parts = network.forward_from(halfway.clone()).into_vec();
                    assert_eq!(parts, whole, "{node}");
                }
            }
        }
    }
}
