//! Taking up an interrupted run.

use std::path::Path;

use anyhow::{bail, ensure};
use serde_json::{Value as Json, json};
use unlearn::checkpoint::ModelMetadata;
use unlearn::data::Digest;
use unlearn::train::{InterruptedRun, TrainSettings};
use unlearn_report::public_settings;

/// The interrupted run in a file.
///
/// # Errors
/// If the file is not there, or is not an interrupted run.
pub fn interrupted(path: &Path) -> anyhow::Result<InterruptedRun> {
    ensure!(
        path.exists(),
        "{}: expected an interrupted run to resume, found no such file",
        path.display()
    );
    Ok(InterruptedRun::read(path)?)
}

/// Refuses to go on with other settings, other data or another network than the
/// run began with, naming the first that differs. The seed is compared but not shown.
///
/// # Errors
/// If something differs.
pub fn refuse_other(
    path: &Path,
    run: &InterruptedRun,
    metadata: &ModelMetadata,
    settings: &TrainSettings,
    data: Digest,
) -> anyhow::Result<()> {
    let (before, now) = (public_settings(&run.settings), public_settings(settings));
    let settings = before.into_iter().map(|(name, before)| {
        let now = now.get(&name).cloned().unwrap_or(Json::Null);
        (name, before, now)
    });
    let others = [
        ("data", json!(run.data), json!(data)),
        (
            "architecture",
            json!(run.model.architecture),
            json!(metadata.architecture),
        ),
        (
            "input shape",
            json!(run.model.input_shape),
            json!(metadata.input_shape),
        ),
        ("classes", json!(run.model.classes), json!(metadata.classes)),
        (
            "normalization",
            json!(run.model.normalization),
            json!(metadata.normalization),
        ),
    ];
    let others = others
        .into_iter()
        .map(|(name, before, now)| (name.to_owned(), before, now));
    for (name, before, now) in settings.chain(others) {
        if before != now {
            bail!(
                "{}: cannot be resumed: {name}: expected {before} as the run began, found {now}",
                path.display()
            );
        }
    }
    Ok(())
}

/// The seed to go on with: that of the run, which a seed given must equal.
///
/// # Errors
/// If another seed was given.
pub fn seed(path: &Path, run: &InterruptedRun, given: Option<u64>) -> anyhow::Result<u64> {
    let seed = run.settings.seed;
    ensure!(
        given.is_none_or(|given| given == seed),
        "{}: cannot be resumed: --seed: expected the seed of the run, or none, found another",
        path.display()
    );
    Ok(seed)
}
