//! Noise that stands in for a class's images.

use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::forget::Context;
use crate::network::Value;
use crate::train::{Optimizer, OptimizerKind, OptimizerSettings, TrainError};
use crate::tune::{
    Loss, MOST, Samples, Stopped, Work, count, count_or_none, demand, input_gradient, not_negative,
    positive,
};

/// How noise is learned and how much of it is trained on. As settings of a method these are flat among its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct NoiseSettings {
    /// Images of noise that are learned together, per class.
    pub noise_images: usize,
    /// Steps of Adam that each class's noise takes.
    pub noise_steps: usize,
    /// Their learning rate.
    pub noise_rate: f64,
    /// Standard deviation of the noise before the first step.
    pub noise_deviation: f64,
    /// How many of a class's noise images are trained on; all where none is given.
    pub noise_used: Option<usize>,
    /// How often each of these is in the set that is trained on.
    pub noise_copies: usize,
}

/// What noise is to do to the loss of its class.
#[derive(Clone, Copy, Debug)]
pub enum NoiseGoal {
    /// Raise it: minimises `-CE(f(n), c) + penalty * mean over images of |n|^2`.
    Raise {
        /// The weight of the squared norm.
        penalty: f64,
    },
    /// Lower it: minimises `CE(f(n), c)`.
    Lower,
}

impl NoiseSettings {
    /// Checks every setting.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(&self) -> Result<(), TrainError> {
        count("noise_images", self.noise_images)?;
        count_or_none("noise_steps", self.noise_steps)?;
        positive("noise_rate", self.noise_rate)?;
        not_negative("noise_deviation", self.noise_deviation)?;
        count("noise_used", self.noise_used.unwrap_or(1))?;
        count("noise_copies", self.noise_copies)?;
        let all = self.samples_per_class();
        let few = "at most 1048576 samples a class";
        demand("noise_copies", all <= MOST, few, all as f64)
    }

    /// How many samples of a class are trained on, copies counted.
    pub fn samples_per_class(&self) -> usize {
        let images = self.noise_images;
        let used = self.noise_used.map_or(images, |used| used.min(images));
        used.saturating_mul(self.noise_copies)
    }

    /// What is trained on of a class's noise: some images of what [`NoiseSettings::learn`] makes, and their copies.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn samples<'a>(
        &self,
        context: Context<'a>,
        class: usize,
        goal: NoiseGoal,
        work: &mut Work<'_>,
    ) -> Result<Samples<'a>, Stopped> {
        let noise = self.learn(context, class, goal, work)?;
        let noise = context.made("noise").with_inputs(&noise, class);
        let noise = noise.at_most(self.noise_used.unwrap_or(self.noise_images));
        let copies = (0..self.noise_copies).map(|_| noise.clone());
        Ok(copies.fold(context.made("noise"), Samples::and))
    }

    /// Learns the noise of a class, `[noise_images, channels, height, width]`:
    /// drawn from N(0, deviation^2), then moved by Adam. The network stays as it is and
    /// normalises with running statistics. Costs `noise_images` backward passes a step.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    fn learn(
        &self,
        context: Context<'_>,
        class: usize,
        goal: NoiseGoal,
        work: &mut Work<'_>,
    ) -> Result<Value, Stopped> {
        let network = &context.model.network;
        let [channels, height, width] = context.model.metadata.input_shape;
        let shape = [self.noise_images, channels, height, width];
        let labels = vec![class; self.noise_images];
        let mut random = stream(context.seed, &format!("noise/{class}"));
        let deviation = self.noise_deviation as f32;
        let numbers = (0..shape.iter().product())
            .map(|_| deviation * random.sample::<f32, _>(StandardNormal));
        let mut noise = Value::from_vec(numbers.collect(), &shape, network.device());
        let rule = OptimizerSettings {
            kind: OptimizerKind::Adam,
            momentum: 0.0,
            weight_decay: 0.0,
        };
        let mut adam = Optimizer::new(rule, 1);
        for _ in 0..self.noise_steps {
            let gradient = input_gradient(network, &noise, |z| {
                let loss = Loss::cross_entropy(z, &labels);
                match goal {
                    NoiseGoal::Raise { .. } => loss.times(-1.0),
                    NoiseGoal::Lower => loss,
                }
            });
            let gradient = match goal {
                NoiseGoal::Raise { penalty } => {
                    let slope = 2.0 * penalty / self.noise_images as f64;
                    let of_norm = noise.clone().flat().mul_scalar(slope);
                    Value::from_flat(gradient.flat() + of_norm, &shape)
                }
                NoiseGoal::Lower => gradient,
            };
            noise = adam.moved(0, noise, gradient, self.noise_rate);
            work.count(self.noise_images);
            work.step()?;
        }
        Ok(noise)
    }
}
