//! Answers that noise hardly changes.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{Loss, Statistics, TuneSettings, Tuner, count, positive};

/// Descends `(1/n) sum_j sum_x |z(x) - z(x_j)| / |x - x_j|` over forgotten images x and noisy copies
/// `x_j = clamp(x + sigma N(0, 1))`, so that the network becomes smooth around them (JiT of Foster,
/// Fogarty, Schoepf, Oztireli, Brintrup, arXiv 2402.01401).
///
/// Norms are Euclidean; z(x_j) counts as a constant; clamped to the least and the largest number of the
/// batch. The loss is a sum over the batch, not a mean: a rate goes with a batch size. Labels are not
/// used. Costs `E N_F` backward passes and `n` times as many forward ones. Defaults are the authors'
/// for VGG-11 and whole classes (n = 25, sigma 0.5, SGD 3e-4, batch 128, one epoch); there are none for
/// a network with batch normalisation, and which statistics it has is not said: the running ones here,
/// so that x and x_j meet the same function. In the program gradients are never set back
/// (`running_sum`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JiT {
    /// n, noisy copies an image.
    copies: usize,
    /// Standard deviation of the noise, in what the network sees.
    sigma: f64,
    /// Whether each step follows the sum of all gradients so far (the program).
    running_sum: bool,
    /// Passes over the forgotten images.
    epochs: usize,
    /// Images a step.
    batch_size: usize,
    /// Of SGD without momentum.
    learning_rate: f64,
}

impl Default for JiT {
    fn default() -> Self {
        Self {
            copies: 25,
            sigma: 0.5,
            running_sum: false,
            epochs: 1,
            batch_size: 128,
            learning_rate: 3e-4,
        }
    }
}

impl Algorithm for JiT {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "jit",
        "make answers around forgotten images smooth",
        "Foster, Fogarty, Schoepf, Oztireli, Brintrup, arXiv 2402.01401",
        &[Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        count("copies", self.copies)?;
        positive("sigma", self.sigma)?;
        self.tune().check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, size) = (context.forgotten(), self.batch_size);
        let mut work = context.work(self.epochs * forgotten.batch_count(size));
        let mut tune = self.tune();
        if self.running_sum {
            // A velocity that never fades is the sum of all gradients.
            tune.momentum = 1.0;
        }
        let mut random = stream(context.seed, "jit");
        let mut tuner = Tuner::new(&context.model.network, &tune, context.seed, &mut work);
        for epoch in 0..self.epochs {
            for batch in forgotten.epoch(epoch, size) {
                let network = tuner.network();
                let beside: Vec<Copy> = (0..self.copies)
                    .map(|_| Copy::of(network, &batch.inputs, self.sigma, &mut random))
                    .collect();
                let all = batch.len() as f64;
                tuner.descend(&batch, |z| roughness(z, &beside).times(all))?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}

impl JiT {
    fn tune(&self) -> TuneSettings {
        TuneSettings {
            batch_size: self.batch_size,
            momentum: 0.0,
            weight_decay: 0.0,
            statistics: Statistics::Running,
            ..TuneSettings::sgd(self.epochs, self.learning_rate)
        }
    }
}

/// A noisy copy of a batch.
struct Copy {
    /// What the network says of it, `[batch, classes]`.
    logits: Vec<f32>,
    /// How far each copy is from its image, `|x - x_j|`.
    distances: Vec<f64>,
}

impl Copy {
    fn of(network: &Network, inputs: &Value, sigma: f64, random: &mut ChaCha8Rng) -> Self {
        let plain = inputs.to_vec();
        let least = plain.iter().copied().fold(f32::INFINITY, f32::min);
        let most = plain.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let noisy: Vec<f32> = plain
            .iter()
            .map(|x| {
                let noise = random.sample::<f32, _>(StandardNormal);
                (x + sigma as f32 * noise).clamp(least, most)
            })
            .collect();
        let length = plain.len() / inputs.shape()[0];
        let pairs = plain.chunks_exact(length).zip(noisy.chunks_exact(length));
        let distances = pairs.map(|(x, copy)| norm(x.iter().zip(copy)));
        let distances = distances.collect();
        let noisy = Value::from_vec(noisy, inputs.shape(), &inputs.device());
        Self {
            logits: network.forward(noisy).into_vec(),
            distances,
        }
    }
}

/// Per sample `(1/n) sum_j |z - z_j| / |x - x_j|`; a copy that is the image itself adds nothing.
fn roughness(logits: &Value, copies: &[Copy]) -> Loss {
    let (numbers, classes) = (logits.to_vec(), logits.shape()[1]);
    let mut gradients = vec![0.0; numbers.len()];
    let mut values = vec![0.0; logits.shape()[0]];
    for copy in copies {
        for (sample, value) in values.iter_mut().enumerate() {
            let row = sample * classes..(sample + 1) * classes;
            let pairs = || numbers[row.clone()].iter().zip(&copy.logits[row.clone()]);
            let (apart, away) = (norm(pairs()), copy.distances[sample]);
            if apart == 0.0 || away == 0.0 {
                continue;
            }
            *value += apart / away / copies.len() as f64;
            for (slope, (z, other)) in gradients[row.clone()].iter_mut().zip(pairs()) {
                let unit = (f64::from(*z) - f64::from(*other)) / apart;
                *slope += unit / away / copies.len() as f64;
            }
        }
    }
    Loss::new(values, gradients)
}

/// The Euclidean length of a difference.
fn norm<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> f64 {
    let squares = pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    squares.sum::<f64>().sqrt()
}
