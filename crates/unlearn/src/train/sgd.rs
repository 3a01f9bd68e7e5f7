//! Stochastic gradient descent with momentum.

use burn::tensor::Device;
use rayon::prelude::*;

use crate::network::Value;

/// `v <- momentum * v + g + decay * w`, `w <- w - rate * v`, with v = 0 before the first
/// step: dampening 0, as in PyTorch.
pub(super) struct Sgd {
    momentum: f32,
    weight_decay: f32,
    /// v per parameter, flat; none before the first step, or without momentum.
    velocities: Vec<Option<Value>>,
}

/// Numbers that one thread works on while they lie in its cache.
const PIECE: usize = 1 << 13;

impl Sgd {
    /// A rule for so many parameters.
    pub fn new(momentum: f64, weight_decay: f64, parameters: usize) -> Self {
        Self {
            momentum: momentum as f32,
            weight_decay: weight_decay as f32,
            velocities: vec![None; parameters],
        }
    }

    /// A parameter moved by its gradient.
    pub fn step(&mut self, index: usize, value: Value, gradient: Value, rate: f64) -> Value {
        let velocity = self.velocities[index].take();
        let (moved, velocity) = match value.is_in_main_memory() {
            true => self.in_main_memory(value, gradient, velocity, rate as f32),
            false => self.on_device(value, gradient, velocity, rate),
        };
        self.velocities[index] = Some(velocity).filter(|_| self.momentum > 0.0);
        moved
    }

    /// In one pass over memory, in the memory of weights and velocities.
    fn in_main_memory(
        &self,
        value: Value,
        gradient: Value,
        velocity: Option<Value>,
        rate: f32,
    ) -> (Value, Value) {
        let (shape, device) = (value.shape().to_vec(), value.device());
        let mut weights = value.into_vec();
        let (momentum, decay) = (self.momentum, self.weight_decay);
        // Before the first step the gradient's memory becomes the velocity's.
        let (mut velocities, gradient) = match velocity {
            Some(velocity) => (velocity.into_vec(), Some(gradient)),
            None => (gradient.into_vec(), None),
        };
        let weight_pieces = weights.par_chunks_mut(PIECE);
        let pieces = weight_pieces.zip(velocities.par_chunks_mut(PIECE));
        let go = |weight: &mut f32, velocity: &mut f32, speed: f32| {
            *velocity = speed + decay * *weight;
            *weight -= rate * *velocity;
        };
        match gradient {
            None => pieces.for_each(|(weights, velocities)| {
                for (weight, velocity) in weights.iter_mut().zip(velocities) {
                    let speed = *velocity;
                    go(weight, velocity, speed);
                }
            }),
            Some(gradient) => gradient.read(|gradient| {
                let pieces = pieces.zip(gradient.par_chunks(PIECE));
                pieces.for_each(|((weights, velocities), gradient)| {
                    let weights = weights.iter_mut().zip(velocities).zip(gradient);
                    for ((weight, velocity), gradient) in weights {
                        let speed = momentum * *velocity + gradient;
                        go(weight, velocity, speed);
                    }
                });
            }),
        }
        let length = velocities.len();
        (
            Value::from_vec(weights, &shape, &device),
            Value::from_vec(velocities, &[length], &device),
        )
    }

    fn on_device(
        &self,
        value: Value,
        gradient: Value,
        velocity: Option<Value>,
        rate: f64,
    ) -> (Value, Value) {
        let shape = value.shape().to_vec();
        let weights = value.flat();
        let mut speed = gradient.flat();
        if self.weight_decay > 0.0 {
            speed = speed + weights.clone() * self.weight_decay;
        }
        if let Some(velocity) = velocity {
            speed = speed + velocity.flat() * self.momentum;
        }
        let moved = Value::from_flat(weights - speed.clone() * rate, &shape);
        (moved, Value::new(speed))
    }

    /// What is remembered: the velocity of each parameter that has one.
    pub fn velocities(&self) -> impl Iterator<Item = (usize, Vec<f32>)> + '_ {
        let velocities = self.velocities.iter().enumerate();
        velocities.filter_map(|(index, velocity)| Some((index, velocity.as_ref()?.to_vec())))
    }

    /// Brings back the velocity of a parameter.
    pub fn remember(&mut self, index: usize, velocity: Vec<f32>, device: &Device) {
        let length = velocity.len();
        self.velocities[index] = Some(Value::from_vec(velocity, &[length], device));
    }
}
