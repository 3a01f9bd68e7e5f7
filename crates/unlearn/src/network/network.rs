//! A graph with its parameters.

use std::sync::{Arc, OnceLock};

use burn::tensor::Device;
use rand::Rng;
use rand_distr::StandardNormal;
use unlearn_data::{Digest, Hasher, stream};

use super::{Graph, Initialization, Parameter, Role, Value, little_endian};

/// A classifier: a graph of operations and a value for each of its parameters.
///
/// Copies are cheap: they share the graph, and share each parameter until one
/// of them changes it.
#[derive(Clone, Debug)]
pub struct Network {
    graph: Arc<Graph>,
    parameters: Vec<Parameter>,
    device: Device,
    /// Forgotten whenever a parameter changes.
    digest: OnceLock<Digest>,
}

impl Network {
    /// A network before training, drawn from the seed.
    pub fn initialize(graph: Graph, seed: u64, device: &Device) -> Self {
        Self::draw(Arc::new(graph), seed, device)
    }

    /// The same operations with parameters as before training, drawn from the seed.
    pub fn drawn_anew(&self, seed: u64) -> Self {
        Self::draw(Arc::clone(&self.graph), seed, &self.device)
    }

    fn draw(graph: Arc<Graph>, seed: u64, device: &Device) -> Self {
        let mut random = stream(seed, "initialization");
        let parameters = graph.parameters().iter().map(|spec| {
            let count = spec.shape.iter().product();
            let values: Vec<f32> = match spec.initialization {
                Initialization::Constant(value) => vec![value; count],
                Initialization::Uniform { bound } => (0..count)
                    .map(|_| random.random_range(-bound..bound))
                    .collect(),
                Initialization::Normal { deviation } => (0..count)
                    .map(|_| deviation * random.sample::<f32, _>(StandardNormal))
                    .collect(),
            };
            Parameter {
                name: spec.name.clone(),
                role: spec.role,
                value: Value::from_vec(values, &spec.shape, device),
            }
        });
        let parameters = parameters.collect();
        Self {
            graph,
            parameters,
            device: device.clone(),
            digest: OnceLock::new(),
        }
    }

    /// A network with given parameters, in the order of [`Graph::parameters`].
    ///
    /// # Panics
    /// If their names or shapes are not the graph's.
    pub fn with_values(graph: Graph, values: Vec<Vec<f32>>, device: &Device) -> Self {
        let specs = graph.parameters().iter();
        let values = specs.zip(values);
        let values = values.map(|(spec, values)| Value::from_vec(values, &spec.shape, device));
        let values = values.collect();
        Self::from_values(graph, values, device)
    }

    /// The same from values that are on the device already.
    pub(crate) fn from_values(graph: Graph, values: Vec<Value>, device: &Device) -> Self {
        assert_eq!(values.len(), graph.parameters().len(), "parameters");
        let parameters = graph.parameters().iter().zip(values);
        let parameters = parameters
            .map(|(spec, value)| Parameter {
                name: spec.name.clone(),
                role: spec.role,
                value,
            })
            .collect();
        Self {
            graph: Arc::new(graph),
            parameters,
            device: device.clone(),
            digest: OnceLock::new(),
        }
    }

    /// The network cut in two before the classifier layer: one that computes
    /// the features of an input, and the head, which computes the logits from
    /// the features. Running one after the other gives the same bits as the
    /// whole. See [`Graph::split`] for when there is no such cut.
    pub fn split(&self) -> Option<[Self; 2]> {
        let graphs = self.graph.split()?;
        let (body, head) = self.parameters.split_at(graphs[0].parameters().len());
        let [body_graph, head_graph] = graphs;
        let network = |graph, parameters: &[Parameter]| Self {
            graph: Arc::new(graph),
            parameters: parameters.to_vec(),
            device: self.device.clone(),
            digest: OnceLock::new(),
        };
        Some([network(body_graph, body), network(head_graph, head)])
    }

    /// The operations.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// All parameters, buffers included, in the order of a PyTorch state dict.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Where the parameters are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many numbers training moves (buffers left out).
    pub fn trained_element_count(&self) -> usize {
        self.parameters
            .iter()
            .filter(|parameter| parameter.role.is_trained())
            .map(|parameter| parameter.value.element_count())
            .sum()
    }

    /// How many classes the network tells apart.
    pub fn class_count(&self) -> usize {
        self.graph.output_shape().iter().product()
    }

    /// SHA-256 over name, shape and little-endian 32-bit floats of every
    /// parameter and buffer, in the graph's order. Computed when it is first
    /// asked for.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut hasher = Hasher::new();
            for parameter in &self.parameters {
                hasher.field(parameter.name.as_bytes());
                let shape = parameter.value.shape().iter();
                let shape: Vec<u8> = shape.flat_map(|n| (*n as u64).to_le_bytes()).collect();
                hasher.field(&shape);
                parameter.value.read(|numbers| {
                    hasher.field(&little_endian(numbers));
                });
            }
            hasher.finish()
        })
    }

    /// Gives a parameter another value.
    ///
    /// # Panics
    /// If the shape is another.
    pub fn set(&mut self, index: usize, value: Value) {
        let parameter = &mut self.parameters[index];
        assert_eq!(
            parameter.value.shape(),
            value.shape(),
            "shape of `{}`",
            parameter.name
        );
        parameter.value = value;
        self.digest = OnceLock::new();
    }

    /// Takes a parameter's value out so that it can be changed in place; it
    /// must be [`Network::put`] back before the network is used again.
    pub(crate) fn take(&mut self, index: usize) -> Value {
        let empty = Value::full(0.0, &[0], &self.device);
        std::mem::replace(&mut self.parameters[index].value, empty)
    }

    /// Puts back what was taken out.
    pub(crate) fn put(&mut self, index: usize, value: Value) {
        self.parameters[index].value = value;
        self.digest = OnceLock::new();
    }

    pub(super) fn values_of(&self, node: usize) -> Vec<Value> {
        self.parameters[self.graph.nodes()[node].parameters.clone()]
            .iter()
            .map(|parameter| parameter.value.clone())
            .collect()
    }

    /// Whether a node has parameters that training moves.
    pub(super) fn is_trained(&self, node: usize) -> bool {
        let range = self.graph.nodes()[node].parameters.clone();
        self.parameters[range]
            .iter()
            .any(|parameter| Role::is_trained(parameter.role))
    }
}
