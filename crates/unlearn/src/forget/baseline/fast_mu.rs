//! Impairing with noise and repairing with images.

use serde::{Deserialize, Serialize};

use super::noise::{NoiseGoal, NoiseSettings};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{Samples, TuneSettings, Tuner, demand};

/// Learns noise that the network takes for anything but the forgotten classes,
/// trains on it under their labels together with some kept images, at a high rate
/// (impair), then on the kept images alone (repair): UNSIR of Tarun, Chundawat, Mandal,
/// Kankanhalli, "Fast Yet Effective Machine Unlearning", IEEE TNNLS 2023.
///
/// Noise n of class c minimises `-CE(f(n), c) + noise_penalty * mean |n|^2`. No image of a forgotten
/// class is needed. Costs `noise_steps * noise_images` backward passes a class, and one for each sample
/// of impair and repair. Numbers are those of the authors' CIFAR-10 notebook. What differs from it:
/// there only as many of the noise images as there are colour channels are trained on, by a slip
/// (`noise_used = 3`); every noise has label 0; noise is learned with batch statistics, which move
/// meanwhile, and leaves a gradient in the model. The Bad Teacher program takes 250 steps, 80
/// copies, 500 images a class and Adam 1e-4 in both phases.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FastMu {
    #[serde(flatten)]
    noise: NoiseSettings,
    /// Weight of the noise's squared norm.
    noise_penalty: f64,
    /// How many of a class's noise images are trained on; all where none is given.
    noise_used: Option<usize>,
    /// How often each of these is in the set that impairs.
    noise_copies: usize,
    /// Kept images per class in both phases.
    kept_per_class: usize,
    /// Passes over the kept images that repair; `epochs` are those that impair.
    repair_epochs: usize,
    /// Learning rate of repair; `learning_rate` is that of impair.
    repair_rate: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for FastMu {
    fn default() -> Self {
        Self {
            noise: NoiseSettings {
                noise_images: 256,
                noise_steps: 40,
                noise_rate: 0.1,
                noise_deviation: 1.0,
            },
            noise_penalty: 0.1,
            noise_used: None,
            noise_copies: 20,
            kept_per_class: 1000,
            repair_epochs: 1,
            repair_rate: 0.01,
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::adam(1, 0.02)
            },
        }
    }
}

impl Algorithm for FastMu {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "fast-mu",
        "train on noise under the forgotten classes' labels, then on kept images (UNSIR)",
        "Tarun, Chundawat, Mandal, Kankanhalli, IEEE TNNLS 2023",
        &[Need::KeptImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        let count = |name, count| demand(name, count > 0, "at least 1", count as f64);
        self.noise.check()?;
        let penalty = self.noise_penalty;
        let holds = penalty == 0.0 || positive(penalty);
        demand("noise_penalty", holds, "at least 0", penalty)?;
        count("noise_used", self.noise_used.unwrap_or(1))?;
        count("noise_copies", self.noise_copies)?;
        count("kept_per_class", self.kept_per_class)?;
        count("repair_epochs", self.repair_epochs)?;
        let rate = self.repair_rate;
        demand("repair_rate", positive(rate), "a positive number", rate)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, images) = (context.request.forgotten(), self.noise.noise_images);
        let some_kept = context.kept().at_most_per_class(self.kept_per_class);
        let size = self.tune.batch_size;
        let used = self.noise_used.map_or(images, |used| used.min(images));
        let noisy = forgotten.len() * used * self.noise_copies;
        let impair_steps = self.tune.epochs * (some_kept.len() + noisy).div_ceil(size);
        let repair_steps = self.repair_epochs * some_kept.batch_count(size);
        let noise_steps = forgotten.len() * self.noise.noise_steps;
        let mut work = context.work(noise_steps + impair_steps + repair_steps);

        let mut impairing = some_kept.clone();
        for class in forgotten {
            let penalty = self.noise_penalty;
            let goal = NoiseGoal::Raise { penalty };
            let noise = self.noise.learn(context, *class, goal, &mut work)?;
            let noise = context.made("noise").with_inputs(&noise, *class);
            let noise = noise.at_most(used);
            for _ in 0..self.noise_copies {
                impairing = impairing.and(noise.clone());
            }
        }
        let mut network = context.model.network.clone();
        let repair = TuneSettings {
            epochs: self.repair_epochs,
            learning_rate: self.repair_rate,
            ..self.tune
        };
        let phases: [(&Samples<'_>, &TuneSettings); 2] =
            [(&impairing, &self.tune), (&some_kept, &repair)];
        for (samples, settings) in phases {
            let mut tuner = Tuner::new(&network, settings, context.seed, &mut work);
            tuner.fit(samples)?;
            network = tuner.finish();
        }
        Ok(Forgotten::new(network, &work))
    }
}
