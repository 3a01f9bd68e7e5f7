//! Unlearning on noise alone.

use serde::{Deserialize, Serialize};

use super::noise::{NoiseGoal, NoiseSettings};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten};
use crate::train::TrainError;
use crate::tune::{TuneSettings, Tuner, count_or_none, not_negative};

/// Trains on noise under the classes' labels: noise that raises the loss for the
/// forgotten classes, noise that lowers it for the kept ones. No image is needed (error min-max noise
/// of Chundawat, Tarun, Mandal, Kankanhalli, "Zero-Shot Machine Unlearning", IEEE TIFS 2023:
/// with [`super::GatedTransfer`] what is called ZeroShotMU).
///
/// Noise of a forgotten class minimises `-CE(f(n), c) + noise_penalty * mean |n|^2`, that of a kept class
/// `CE(f(n), c)`. Costs `noise_images` backward passes for each step of noise, and one per noise image, copy and
/// epoch. The authors publish no program for it: numbers are those of a later re-implementation (4 images
/// a class, 25 and 30 steps, 80 copies, Adam 1e-4, 2 epochs, batches of 4). What differs from it: it trains
/// on as many of the noise images as there are colour channels, by a slip (`noise_used = 3`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorNoise {
    /// `noise_steps` are those of the forgotten classes' noise.
    #[serde(flatten)]
    noise: NoiseSettings,
    /// Steps of Adam that each kept class's noise takes.
    kept_noise_steps: usize,
    /// Weight of the squared norm of the forgotten classes' noise.
    noise_penalty: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for ErrorNoise {
    fn default() -> Self {
        Self {
            noise: NoiseSettings {
                noise_images: 4,
                noise_steps: 25,
                noise_rate: 0.1,
                noise_deviation: 1.0,
                noise_used: None,
                noise_copies: 80,
            },
            kept_noise_steps: 30,
            noise_penalty: 0.1,
            tune: TuneSettings {
                batch_size: 4,
                ..TuneSettings::adam(2, 1e-4)
            },
        }
    }
}

impl Algorithm for ErrorNoise {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "error-noise",
        "train on noise that raises the forgotten classes' loss and lowers the kept ones' (ZeroShotMU)",
        "Chundawat, Tarun, Mandal, Kankanhalli, IEEE TIFS 2023",
        &[],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.noise.check()?;
        count_or_none("kept_noise_steps", self.kept_noise_steps)?;
        not_negative("noise_penalty", self.noise_penalty)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, kept) = (context.request.forgotten(), context.request.kept());
        let lowering = NoiseSettings {
            noise_steps: self.kept_noise_steps,
            ..self.noise
        };
        let penalty = self.noise_penalty;
        let raising = |class: &usize| (*class, self.noise, NoiseGoal::Raise { penalty });
        let lowering = |class: &usize| (*class, lowering, NoiseGoal::Lower);
        let noises = forgotten
            .iter()
            .map(raising)
            .chain(kept.iter().map(lowering));

        let all = self.noise.samples_per_class() * (forgotten.len() + kept.len());
        let steps = self.tune.epochs * all.div_ceil(self.tune.batch_size);
        let noise_steps: usize = noises.clone().map(|(_, noise, _)| noise.noise_steps).sum();
        let mut work = context.work(noise_steps + steps);

        let mut samples = context.made("noise");
        for (class, settings, goal) in noises {
            samples = samples.and(settings.samples(context, class, goal, &mut work)?);
        }
        let network = &context.model.network;
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        tuner.fit(&samples)?;
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}
