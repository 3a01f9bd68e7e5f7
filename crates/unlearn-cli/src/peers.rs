//! Models of other training seeds beside those that are audited.

use std::path::PathBuf;

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
