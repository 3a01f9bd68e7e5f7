//! Models retrained without the forgotten classes.

use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::{Map, Value as Json};
use unlearn::checkpoint::{Model, ModelMetadata, OutputFile};
use unlearn::data::{Dataset, Digest};
use unlearn::network::Device;
use unlearn::train::{TrainSettings, Trainer};
use unlearn_report::public_settings;

use crate::interrupt::Interrupt;
use crate::outputs;
use crate::session::{EndReason, Session};

/// A model that was retrained for an audit.
pub struct Oracle {
    /// The model.
    pub model: Model,
    /// Where it is kept.
    pub path: PathBuf,
    /// How it was trained.
    pub training: Map<String, Json>,
}

/// Trains a model like `before` on `without`, or reads back the one that was
/// trained before in the same way; none if the user asked to stop.
///
/// # Errors
/// If settings are bad, a file is, or training diverged.
pub fn train(
    path: PathBuf,
    before: &Model,
    without: &Dataset,
    settings: TrainSettings,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Oracle>> {
    let training = public_settings(&settings);
    let checkpoint = outputs::resume_path(&path);
    let recipe = recipe_path(&path);
    // The seed is no secret here, but it need not stand in a file either.
    let seed = Digest::of(&settings.seed.to_le_bytes());
    let described = (&training, seed, without.digest, before.digest());
    let described = serde_json::to_vec_pretty(&described)?;
    let device = Device::flex();
    let is_same = std::fs::read(&recipe).is_ok_and(|text| text == described);
    if is_same && path.exists() {
        let model = Model::read(&path, &device)?;
        return Ok(Some(Oracle {
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
            Trainer::resume(&checkpoint, metadata, parameters, samples, digest, &device)?
        }
        false => Trainer::new(
            metadata,
            parameters,
            &without.train,
            without.digest,
            &device,
        )?,
    };
    let session = Session {
        label: "retraining",
        interrupt,
        checkpoint: Some(&checkpoint),
        samples: [without.train.len(), batch_size],
        epochs,
    };
    match session.run(&mut trainer)?.reason {
        EndReason::Finished => {}
        EndReason::Interrupted => return Ok(None),
        EndReason::Diverged { step } => {
            outputs::remove(&checkpoint)?;
            bail!("--train-oracle: training diverged at step {step}: try a smaller --learning-rate")
        }
    }
    let model = trainer.model();
    OutputFile::claim(&path, true)?.write(&model.to_bytes())?;
    outputs::remove(&checkpoint)?;
    Ok(Some(Oracle {
        model,
        path,
        training,
    }))
}

/// What a model was trained by, beside it.
fn recipe_path(path: &Path) -> PathBuf {
    path.with_extension("recipe.json")
}
