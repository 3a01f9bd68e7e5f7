//! Models retrained without the forgotten classes.

use std::path::{Path, PathBuf};

use rand::RngCore;
use serde_json::{Map, Value as Json};
use unlearn::checkpoint::{Model, ModelMetadata, OutputFile};
use unlearn::data::{Dataset, Digest, stream};
use unlearn::train::{TrainSettings, Trainer};
use unlearn_report::public_settings;

use crate::interrupt::Interrupt;
use crate::outputs;
use crate::session::{Session, Unfinished};

/// A model that was retrained for an audit.
pub struct Oracle {
    /// The model.
    pub model: Model,
    /// Where it is kept.
    pub path: PathBuf,
    /// How it was trained.
    pub training: Map<String, Json>,
}

/// The seed of one of an audit's retrained models. It is not the audit's own, nor one that
/// somebody would type: a model of the original's seed would start from the original's weights.
pub fn seed(seed: u64, index: usize) -> u64 {
    stream(seed, &format!("audit/retrained/{index}")).next_u64()
}

/// Trains a model like `before` on `without`, or reads back the one that was
/// trained before in the same way; why training ended before its end, if it did.
///
/// # Errors
/// If settings are bad, or a file is.
pub fn train(
    path: PathBuf,
    before: &Model,
    without: &Dataset,
    settings: TrainSettings,
    interrupt: &Interrupt,
) -> anyhow::Result<Result<Oracle, Unfinished>> {
    let training = public_settings(&settings);
    let checkpoint = outputs::resume_path(&path);
    let recipe = recipe_path(&path);
    // The seed is no secret here, but it need not stand in a file either.
    let seed = Digest::of(&settings.seed.to_le_bytes());
    let described = (&training, seed, without.digest, before.digest());
    let described = serde_json::to_vec_pretty(&described)?;
    let device = before.network.device();
    let is_same = std::fs::read(&recipe).is_ok_and(|text| text == described);
    if is_same && path.exists() {
        let model = Model::read(&path, device)?;
        return Ok(Ok(Oracle {
            model,
            path,
            training,
        }));
    }
    if !is_same {
        // A model by another recipe must not be taken for one by this.
        for stale in [&checkpoint, &path] {
            outputs::remove(stale)?;
        }
        OutputFile::claim(&recipe, true)?.write(&described)?;
    }
    let ModelMetadata {
        architecture,
        input_shape,
        classes,
        normalization,
        ..
    } = &before.metadata;
    let metadata = ModelMetadata::new(
        architecture.clone(),
        *input_shape,
        classes.clone(),
        normalization.clone(),
    );
    let (epochs, batch_size) = (settings.epochs, settings.batch_size);
    let parameters = settings.check()?;
    let mut trainer = match checkpoint.exists() {
        true => {
            let (samples, digest) = (&without.train, without.digest);
            Trainer::resume(&checkpoint, metadata, parameters, samples, digest, device)?
        }
        false => Trainer::new(metadata, parameters, &without.train, without.digest, device)?,
    };
    let session = Session {
        label: "retraining",
        interrupt,
        checkpoint: Some(&checkpoint),
        samples: [without.train.len(), batch_size],
        epochs,
    };
    if let Err(unfinished) = session.run(&mut trainer)?.finished() {
        if let Unfinished::Diverged { .. } = unfinished {
            outputs::remove(&checkpoint)?;
        }
        return Ok(Err(unfinished));
    }
    let model = trainer.model();
    OutputFile::claim(&path, true)?.write(&model.to_bytes())?;
    outputs::remove(&checkpoint)?;
    Ok(Ok(Oracle {
        model,
        path,
        training,
    }))
}

/// What a model was trained by, beside it.
fn recipe_path(path: &Path) -> PathBuf {
    path.with_extension("recipe.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_retrained_model_has_a_seed_that_somebody_types() {
        let seeds: Vec<u64> = (0..3)
            .flat_map(|s| (0..4).map(move |i| seed(s, i)))
            .collect();
        for (place, one) in seeds.iter().enumerate() {
            assert!(*one > u32::MAX.into(), "{one}");
            assert!(!seeds[..place].contains(one));
        }
        assert_eq!(seed(1, 2), seed(1, 2));
    }
}
