//! How parameters follow their gradients.

use std::collections::BTreeMap;

use burn::optim::{
    Adam, AdamConfig, AdamState, Optimizer as _, RecordState, StateSink, StateSource,
    decay::WeightDecayConfig,
};
use burn::tensor::{Device, TensorData};
use serde::{Deserialize, Serialize};

use super::sgd::Sgd;
use crate::network::{Gradients, Network, Value};

/// The rule by which parameters follow their gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum, dampening 0, as in PyTorch.
    #[default]
    Sgd,
    /// Adam with betas 0.9 and 0.999 and epsilon 1e-8, as in PyTorch.
    Adam,
}

/// The settings of an optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptimizerSettings {
    /// Which.
    pub kind: OptimizerKind,
    /// Momentum of SGD.
    pub momentum: f64,
    /// Added to the gradient as `weight_decay * w`.
    pub weight_decay: f64,
}

/// What a velocity is called among what is remembered of a parameter.
const VELOCITY: &str = "momentum.velocity";

enum Rule {
    Sgd(Sgd),
    /// Burn's.
    Adam(Adam, Vec<Option<AdamState<1>>>),
}

/// An optimizer with what it remembers of each parameter.
pub(crate) struct Optimizer {
    settings: OptimizerSettings,
    rule: Rule,
}

impl Optimizer {
    /// An optimizer that remembers nothing yet.
    pub fn new(settings: OptimizerSettings, parameters: usize) -> Self {
        let rule = match settings.kind {
            OptimizerKind::Sgd => Rule::Sgd(Sgd::new(
                settings.momentum,
                settings.weight_decay,
                parameters,
            )),
            OptimizerKind::Adam => {
                let decay = settings.weight_decay as f32;
                let decay = (decay > 0.0).then(|| WeightDecayConfig::new(decay));
                let config = AdamConfig::new()
                    .with_epsilon(1e-8)
                    .with_weight_decay(decay);
                Rule::Adam(config.build(), vec![None; parameters])
            }
        };
        Self { settings, rule }
    }

    /// Moves every parameter that has a gradient.
    pub fn step(&mut self, network: &mut Network, gradients: Gradients, learning_rate: f64) {
        for (index, gradient) in gradients.parameters.into_iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            // Taken out, so that the update may work in place.
            let value = network.take(index);
            network.put(index, self.moved(index, value, gradient, learning_rate));
        }
    }

    /// Where one value goes by its gradient; what is remembered is remembered
    /// under `index`.
    pub fn moved(
        &mut self,
        index: usize,
        value: Value,
        gradient: Value,
        learning_rate: f64,
    ) -> Value {
        match &mut self.rule {
            Rule::Sgd(rule) => rule.step(index, value, gradient, learning_rate),
            Rule::Adam(rule, states) => {
                let shape = value.shape().to_vec();
                let (flat, gradient) = (value.flat(), gradient.flat());
                let (moved, state) = rule.step(learning_rate, flat, gradient, states[index].take());
                states[index] = state;
                Value::from_flat(moved, &shape)
            }
        }
    }

    /// Whether a step depends on those before it.
    pub fn remembers(&self) -> bool {
        match &self.rule {
            Rule::Sgd(_) => self.settings.momentum > 0.0,
            Rule::Adam(..) => true,
        }
    }

    /// What it remembers: per parameter, tensors and counts by name.
    pub(super) fn memory(&self) -> Memory {
        let mut sink = StateSink::default();
        match &self.rule {
            Rule::Sgd(rule) => {
                let tensors = rule.velocities();
                let tensors =
                    tensors.map(|(index, velocity)| (format!("{index}.{VELOCITY}"), velocity));
                return Memory {
                    tensors: tensors.collect(),
                    counts: BTreeMap::new(),
                };
            }
            Rule::Adam(_, states) => flatten(states, &mut sink),
        }
        let tensors = sink.tensors.into_iter().map(|(name, data)| {
            let numbers = data.try_into_vec_as::<f32>();
            let numbers =
                numbers.unwrap_or_else(|error| panic!("reading 32-bit floats: {error:?}"));
            (name, numbers)
        });
        let counts = sink.scalars.into_iter().map(|(name, scalar)| {
            let count = u64::try_from(scalar);
            let count = count.unwrap_or_else(|error| panic!("`{name}` is a count: {error:?}"));
            (name, count)
        });
        Memory {
            tensors: tensors.collect(),
            counts: counts.collect(),
        }
    }

    /// Brings back what it remembered; leaves out what it does not know.
    pub(super) fn remember(&mut self, memory: Memory, device: &Device) {
        if let Rule::Sgd(rule) = &mut self.rule {
            for (name, numbers) in memory.tensors {
                let index = name
                    .strip_suffix(VELOCITY)
                    .and_then(|name| name.strip_suffix('.'));
                if let Some(Ok(index)) = index.map(str::parse) {
                    rule.remember(index, numbers, device);
                }
            }
            return;
        }
        let counts = memory.counts.into_iter();
        let counts: BTreeMap<_, _> = counts.map(|(name, count)| (name, count.into())).collect();
        let mut source = StateSource::new(counts);
        for (name, numbers) in memory.tensors {
            let length = numbers.len();
            source.insert_tensor(name, TensorData::new(numbers, [length]));
        }
        if let Rule::Adam(_, states) = &mut self.rule {
            unflatten(states, &mut source, device);
        }
    }
}

/// What an optimizer remembers, by `{parameter index}.{name}`.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// One number per element of the parameter.
    pub tensors: BTreeMap<String, Vec<f32>>,
    /// Counts of steps.
    pub counts: BTreeMap<String, u64>,
}

fn flatten<S: RecordState>(states: &[Option<S>], sink: &mut StateSink) {
    for (index, state) in states.iter().enumerate() {
        if let Some(state) = state {
            state.state_flatten(&index.to_string(), sink);
        }
    }
}

fn unflatten<S: RecordState>(states: &mut [Option<S>], source: &mut StateSource, device: &Device) {
    for (index, state) in states.iter_mut().enumerate() {
        let name = index.to_string();
        *state = source
            .has_under(&name)
            .then(|| S::state_unflatten(&name, source, device))
            .flatten();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::network::GraphBuilder;
    use crate::network::op::Linear;

    /// Three steps of each rule on a parameter of six elements.
    #[test]
    fn steps_are_pytorchs() {
        let golden = include_str!("../../tests/golden/optimizers.json");
        let golden: Json = serde_json::from_str(golden).unwrap();
        let tolerance = golden["tolerance"].as_f64().unwrap();
        let numbers = |json: &Json| -> Vec<f32> {
            let numbers = json.as_array().unwrap().iter();
            numbers
                .map(|number| number.as_f64().unwrap() as f32)
                .collect()
        };
        for case in golden["cases"].as_array().unwrap() {
            let given = |key: &str| case["settings"][key].as_f64().unwrap_or(0.0);
            let kind = serde_json::from_value(case["optimizer"].clone()).unwrap();
            let settings = OptimizerSettings {
                kind,
                momentum: given("momentum"),
                weight_decay: given("weight_decay"),
            };
            let (mut builder, input) = GraphBuilder::new(&[6]);
            let layer = Linear {
                bias: false,
                ..Linear::new(6, 1)
            };
            builder.layer("fc", layer, &[input]).unwrap();
            let device = Device::flex();
            let start = vec![numbers(&golden["parameters"])];
            let mut network = Network::with_values(builder.finish(), start, &device);
            let mut optimizer = Optimizer::new(settings, 1);
            for (step, gradient) in golden["gradients"].as_array().unwrap().iter().enumerate() {
                // Saved and brought back before every step: nothing is lost.
                let memory = optimizer.memory();
                optimizer = Optimizer::new(settings, 1);
                optimizer.remember(memory, &device);
                let gradient = Value::from_vec(numbers(gradient), &[1, 6], &device);
                let gradients = Gradients {
                    parameters: vec![Some(gradient)],
                    input: None,
                };
                optimizer.step(&mut network, gradients, given("learning_rate"));
                let got = network.parameters()[0].value.to_vec();
                let expected = numbers(&case["parameters_after"][step]);
                for (got, expected) in got.iter().zip(&expected) {
                    let close = f64::from((got - expected).abs()) <= tolerance * 2.0;
                    assert!(close, "{} step {step}: {got} {expected}", case["name"]);
                }
            }
        }
    }
}
