//! A classifier as a graph of operations over named parameters.

use std::ops::Range;
use std::sync::Arc;

use super::op::{Linear, Operation};
use super::{Initialization, NetworkError, Role};

/// A value in a graph: the input, or the output of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValueId(pub(super) usize);

/// One operation in its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The layer's name as in PyTorch (`layer1.0.conv1`), or the operation's
    /// with a number where it has no parameters (`relu_3`).
    pub layer: String,
    /// What it does.
    pub operation: Arc<dyn Operation>,
    /// What it reads.
    pub inputs: Vec<ValueId>,
    /// Its parameters within [`Graph::parameters`].
    pub parameters: Range<usize>,
}

/// A parameter that the graph asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedSpec {
    /// Its name as in a PyTorch state dict.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its shape in PyTorch's layout.
    pub shape: Vec<usize>,
    /// How it starts.
    pub initialization: Initialization,
}

/// Operations in the order of their execution; the last one's output is the
/// network's, its logits `[batch, classes]`.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    parameters: Vec<NamedSpec>,
    /// Per value, its shape for one sample.
    shapes: Vec<Vec<usize>>,
    /// Per value, the node that reads it last.
    last_reader: Vec<Option<usize>>,
}

impl Graph {
    /// The nodes in execution order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All parameters, in the order of a PyTorch state dict.
    pub fn parameters(&self) -> &[NamedSpec] {
        &self.parameters
    }

    /// The node whose output a value is; none for the input.
    pub fn producer(&self, value: ValueId) -> Option<usize> {
        value.0.checked_sub(1)
    }

    /// The shape of one input sample.
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[0]
    }

    /// The shape of the output for one sample: `[classes]`.
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes[self.shapes.len() - 1]
    }

    /// The shape of a node's output for one sample.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn output_shape_of(&self, node: usize) -> &[usize] {
        &self.shapes[node + 1]
    }

    /// The parameters of the classifier layer: the last layer that is trained. None, an
    /// empty range, where the output depends on what that layer does not see, as in an ensemble.
    pub fn classifier(&self) -> Range<usize> {
        let is_trained = |node: &Node| {
            let mut specs = self.parameters[node.parameters.clone()].iter();
            specs.any(|spec| spec.role.is_trained())
        };
        let Some(last) = self.nodes.iter().rposition(is_trained) else {
            return 0..0;
        };
        let mut reads = self.nodes[last + 1..].iter().flat_map(|node| &node.inputs);
        match reads.all(|value| value.0 > last) {
            true => self.nodes[last].parameters.clone(),
            false => 0..0,
        }
    }

    /// The graph cut in two before the classifier layer: what computes the
    /// features from the input, and the head, which computes the logits from
    /// the features. `None` where there is no classifier layer, or nothing lies
    /// before it.
    pub fn split(&self) -> Option<[Self; 2]> {
        let classifier = Some(self.classifier()).filter(|layer| !layer.is_empty())?;
        let cut = self
            .nodes
            .iter()
            .position(|node| node.parameters == classifier)?;
        let (body, head) = self.nodes.split_at(cut);
        let (first_value, first_parameter) = (cut, classifier.start);
        let mut reads = head[0].inputs.iter();
        if body.is_empty() || reads.any(|value| value.0 < first_value) {
            return None;
        }
        let head = head.iter().map(|node| Node {
            inputs: node
                .inputs
                .iter()
                .map(|value| ValueId(value.0 - first_value))
                .collect(),
            parameters: node.parameters.start - first_parameter
                ..node.parameters.end - first_parameter,
            ..node.clone()
        });
        let (body_parameters, head_parameters) = self.parameters.split_at(first_parameter);
        Some([
            Self::from_nodes(
                body.to_vec(),
                body_parameters.to_vec(),
                self.shapes[..=first_value].to_vec(),
            ),
            Self::from_nodes(
                head.collect(),
                head_parameters.to_vec(),
                self.shapes[first_value..].to_vec(),
            ),
        ])
    }

    /// Two nodes: that whose output is the maps `[channels, height, width]` that
    /// the last global average is taken of, and that average, the pooled features. `None`
    /// where the classifier does not read just that.
    pub fn maps_and_pooled(&self) -> Option<[usize; 2]> {
        let is_pool = |node: &Node| node.operation.kind() == "global_avg_pool";
        let pooled = self.nodes.iter().rposition(is_pool)?;
        let [maps] = self.nodes[pooled].inputs[..] else {
            return None;
        };
        let [first, ..] = &self.nodes[pooled + 1..] else {
            return None;
        };
        let reads_it =
            first.parameters == self.classifier() && first.inputs == [ValueId(pooled + 1)];
        reads_it.then_some([maps.0.checked_sub(1)?, pooled])
    }

    /// The same operations with so many outputs of the last; `None` where that is
    /// no linear layer.
    pub(super) fn with_outputs(&self, outputs: usize) -> Option<Self> {
        let last = self
            .nodes
            .last()
            .filter(|node| node.operation.kind() == "linear")?;
        let (mut nodes, mut parameters) = (self.nodes.clone(), self.parameters.clone());
        let mut shapes = self.shapes.clone();
        let linear = Linear {
            inputs: *shapes[last.inputs[0].0].last()?,
            outputs,
            bias: last.parameters.len() == 2,
        };
        let specs = parameters[last.parameters.clone()].iter_mut();
        for (named, spec) in specs.zip(linear.parameters()) {
            named.shape = spec.shape;
        }
        *shapes.last_mut()?.last_mut()? = outputs;
        nodes.last_mut()?.operation = Arc::new(linear);
        Some(Self::from_nodes(nodes, parameters, shapes))
    }

    fn from_nodes(nodes: Vec<Node>, parameters: Vec<NamedSpec>, shapes: Vec<Vec<usize>>) -> Self {
        let mut last_reader = vec![None; shapes.len()];
        for (index, node) in nodes.iter().enumerate() {
            for input in &node.inputs {
                last_reader[input.0] = Some(index);
            }
        }
        Self {
            nodes,
            parameters,
            shapes,
            last_reader,
        }
    }

    /// Whether no later node reads the value.
    pub(super) fn is_last_reader(&self, node: usize, value: ValueId) -> bool {
        self.last_reader[value.0] == Some(node)
    }

    pub(super) fn value_count(&self) -> usize {
        self.shapes.len()
    }
}

/// Puts operations one after the other.
#[derive(Debug)]
pub struct GraphBuilder {
    graph: Graph,
}

impl GraphBuilder {
    /// A graph whose input has this shape per sample; returns the input too.
    pub fn new(input_shape: &[usize]) -> (Self, ValueId) {
        let graph = Graph {
            nodes: Vec::new(),
            parameters: Vec::new(),
            shapes: vec![input_shape.to_vec()],
            last_reader: vec![None],
        };
        (Self { graph }, ValueId(0))
    }

    /// Adds an operation without parameters.
    ///
    /// # Errors
    /// If it cannot take inputs of these shapes.
    pub fn apply(
        &mut self,
        operation: impl Operation + 'static,
        inputs: &[ValueId],
    ) -> Result<ValueId, NetworkError> {
        let layer = format!("{}_{}", operation.kind(), self.graph.nodes.len());
        self.layer(&layer, operation, inputs)
    }

    /// Adds an operation under a name, which its parameters' names begin with.
    ///
    /// # Errors
    /// If it cannot take inputs of these shapes.
    pub fn layer(
        &mut self,
        layer: &str,
        operation: impl Operation + 'static,
        inputs: &[ValueId],
    ) -> Result<ValueId, NetworkError> {
        self.node(layer, Arc::new(operation), inputs)
    }

    /// Adds all operations of a graph, which reads `input`, their names under a prefix;
    /// returns its output.
    ///
    /// # Errors
    /// If its first operation cannot take an input of this shape.
    pub(super) fn embed(
        &mut self,
        prefix: &str,
        graph: &Graph,
        input: ValueId,
    ) -> Result<ValueId, NetworkError> {
        let mut values = vec![input];
        for node in graph.nodes() {
            let layer = format!("{prefix}.{}", node.layer);
            let inputs: Vec<ValueId> = node.inputs.iter().map(|value| values[value.0]).collect();
            values.push(self.node(&layer, Arc::clone(&node.operation), &inputs)?);
        }
        Ok(values[values.len() - 1])
    }

    fn node(
        &mut self,
        layer: &str,
        operation: Arc<dyn Operation>,
        inputs: &[ValueId],
    ) -> Result<ValueId, NetworkError> {
        let graph = &mut self.graph;
        let shapes: Vec<&[usize]> = inputs
            .iter()
            .map(|id| graph.shapes[id.0].as_slice())
            .collect();
        let shape = operation
            .output_shape(&shapes)
            .map_err(|source| NetworkError::Shape {
                layer: layer.to_owned(),
                source,
            })?;
        let first = graph.parameters.len();
        let specs = operation.parameters().into_iter();
        graph.parameters.extend(specs.map(|spec| NamedSpec {
            name: format!("{layer}.{}", spec.suffix),
            role: spec.role,
            shape: spec.shape,
            initialization: spec.initialization,
        }));
        for input in inputs {
            graph.last_reader[input.0] = Some(graph.nodes.len());
        }
        graph.nodes.push(Node {
            layer: layer.to_owned(),
            operation,
            inputs: inputs.to_vec(),
            parameters: first..graph.parameters.len(),
        });
        graph.shapes.push(shape);
        graph.last_reader.push(None);
        Ok(ValueId(graph.shapes.len() - 1))
    }

    /// The shape per sample of a value.
    pub fn shape(&self, value: ValueId) -> &[usize] {
        &self.graph.shapes[value.0]
    }

    /// The graph; the operation added last is its output.
    pub fn finish(self) -> Graph {
        self.graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Architecture;
    use crate::network::op::{Add, Flatten, Linear, Relu};

    #[test]
    fn names_parameters_as_pytorch_does() {
        let (mut builder, input) = GraphBuilder::new(&[2, 3]);
        let flat = builder.apply(Flatten, &[input]).unwrap();
        let hidden = builder.layer("fc1", Linear::new(6, 6), &[flat]).unwrap();
        let active = builder.apply(Relu, &[hidden]).unwrap();
        let sum = builder.apply(Add, &[active, flat]).unwrap();
        builder.layer("fc2", Linear::new(6, 4), &[sum]).unwrap();
        let graph = builder.finish();
        let names: Vec<_> = graph.parameters().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
        assert_eq!(graph.classifier(), 2..4);
        assert_eq!(graph.output_shape(), [4]);
        // The residual connection reads `flat` after fc1 did.
        assert!(!graph.is_last_reader(1, flat));
        assert!(graph.is_last_reader(3, flat));

        let [body, head] = graph.split().unwrap();
        assert_eq!(body.parameters(), &graph.parameters()[..2]);
        assert_eq!(head.parameters(), &graph.parameters()[2..]);
        assert_eq!(
            (body.output_shape(), head.input_shape()),
            (&[6][..], &[6][..])
        );
        assert_eq!(head.classifier(), 0..2);
    }

    #[test]
    fn a_head_that_looks_past_the_features_is_not_split_off() {
        let (mut builder, input) = GraphBuilder::new(&[4]);
        let hidden = builder.layer("fc1", Linear::new(4, 4), &[input]).unwrap();
        let logits = builder.layer("fc2", Linear::new(4, 4), &[hidden]).unwrap();
        builder.apply(Add, &[logits, input]).unwrap();
        assert!(builder.finish().split().is_none());
    }

    #[test]
    fn pooled_maps_are_found_where_the_classifier_reads_just_them() {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3).unwrap();
        let [maps, pooled] = graph.maps_and_pooled().unwrap();
        assert_eq!(graph.output_shape_of(maps), [4, 2, 2]);
        assert_eq!(graph.output_shape_of(pooled), [4]);
        let (mut builder, input) = GraphBuilder::new(&[2, 3]);
        let flat = builder.apply(Flatten, &[input]).unwrap();
        builder.layer("fc", Linear::new(6, 4), &[flat]).unwrap();
        assert!(builder.finish().maps_and_pooled().is_none());
    }

    #[test]
    fn a_layer_that_does_not_fit_is_named() {
        let (mut builder, input) = GraphBuilder::new(&[5]);
        let error = builder.layer("fc1", Linear::new(6, 6), &[input]);
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains("fc1") && message.contains("[5]"),
            "{message}"
        );
    }
}
