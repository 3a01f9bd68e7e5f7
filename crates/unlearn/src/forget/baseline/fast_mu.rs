//! Impairing with noise and repairing with images.

use serde::{Deserialize, Serialize};

use super::noise::{NoiseGoal, NoiseSettings};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::{Samples, TuneSettings, Tuner, count, not_negative, positive};

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
                noise_used: None,
                noise_copies: 20,
            },
            noise_penalty: 0.1,
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
        self.noise.check()?;
        not_negative("noise_penalty", self.noise_penalty)?;
        count("kept_per_class", self.kept_per_class)?;
        count("repair_epochs", self.repair_epochs)?;
        positive("repair_rate", self.repair_rate)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let forgotten = context.request.forgotten();
        let some_kept = context.kept().at_most_per_class(self.kept_per_class);
        let size = self.tune.batch_size;
        let noisy = forgotten.len() * self.noise.samples_per_class();
        let impair_steps = self.tune.epochs * (some_kept.len() + noisy).div_ceil(size);
        let repair_steps = self.repair_epochs * some_kept.batch_count(size);
        let noise_steps = forgotten.len() * self.noise.noise_steps;
        let mut work = context.work(noise_steps + impair_steps + repair_steps);

        let mut impairing = some_kept.clone();
        for class in forgotten {
            let penalty = self.noise_penalty;
            let goal = NoiseGoal::Raise { penalty };
            impairing = impairing.and(self.noise.samples(context, *class, goal, &mut work)?);
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
