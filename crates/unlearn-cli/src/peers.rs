//! Models of other training seeds beside those that are audited.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::ensure;
use unlearn::audit::{Role, Subject, bias_control};
use unlearn::checkpoint::Model;
use unlearn::data::Split;

/// The models of a role but for the first, which is audited, with their files.
pub fn named(role: Role, models: Vec<Model>, files: &[PathBuf]) -> Vec<(Subject, Option<PathBuf>)> {
    let peers = models.into_iter().zip(files).skip(1).enumerate();
    let peers = peers.map(|(index, (model, file))| {
        let name = format!("{} {}", role.title(), index + 2);
        (Subject { role, name, model }, Some(file.clone()))
    });
    peers.collect()
}

/// The bias shift of each model before.
pub fn controls(
    before: &[(Subject, Option<PathBuf>)],
    samples: &Split,
    forgotten: &[usize],
) -> Vec<(Subject, Option<PathBuf>)> {
    let controls = before
        .iter()
        .enumerate()
        .filter_map(|(index, (subject, _))| {
            let control = bias_control(&subject.model, samples, forgotten)?;
            let name = format!("{} {}", control.name, index + 2);
            Some((Subject { name, ..control }, None))
        });
    controls.collect()
}

/// Refuses a model that is there twice: counted as two, it would make chance look smaller than it is.
///
/// # Errors
/// If two files hold the same weights.
pub fn refuse_twice(models: &[Model], files: &[PathBuf]) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    for (model, file) in models.iter().zip(files) {
        ensure!(
            seen.insert(*model.digest().as_bytes()),
            "{}: expected a model of another training seed, found one that was named before",
            file.display()
        );
    }
    Ok(())
}
