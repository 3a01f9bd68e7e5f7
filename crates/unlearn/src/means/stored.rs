//! Class means on disk.

use super::ClassMeans;
use crate::checkpoint::{CheckpointError, NamedTensors, Stored, StoredTensors};

/// The names of the tensors: inputs, detectors, features, slopes, reaches.
pub const NAMES: [&str; 5] = [
    "means.inputs",
    "means.detectors",
    "means.features",
    "means.slopes",
    "means.reaches",
];

/// Names and tensors.
pub fn tensors(means: &ClassMeans) -> impl Iterator<Item = (String, Stored<'_>)> {
    let parts = [
        &means.inputs,
        &means.detectors,
        &means.features,
        &means.slopes,
        &means.reaches,
    ];
    let named = NAMES.into_iter().zip(parts);
    named.map(|(name, numbers)| {
        let classes = means.class_count();
        let stored = Stored::floats(numbers, &[classes, numbers.len() / classes]);
        (name.to_owned(), stored)
    })
}

/// The means of so many classes in a file; `None` where it holds none.
///
/// # Errors
/// If a tensor is missing beside another, has not a row per class, or is not finite.
pub fn take(
    stored: &StoredTensors<'_>,
    classes: usize,
) -> Result<Option<ClassMeans>, CheckpointError> {
    let shapes = stored.shapes();
    let mut width_of = NAMES.map(|name| {
        let mut named = shapes.iter().filter(|(found, _)| *found == name);
        named.next().map(|(_, shape)| shape.last().copied())
    });
    if width_of.iter().all(Option::is_none) {
        return Ok(None);
    }
    // Rows as long as the first of both kinds; others are refused as of another shape.
    width_of[1] = width_of[0];
    width_of[3] = width_of[2];
    width_of[4] = Some(Some(1));
    let widths = width_of.map(|width| width.flatten().unwrap_or(1).max(1));
    let take = |place: usize| stored.take(NAMES[place], &[classes, widths[place]]);
    Ok(Some(ClassMeans {
        sizes: [widths[0], widths[2]],
        inputs: take(0)?,
        detectors: take(1)?,
        features: take(2)?,
        slopes: take(3)?,
        reaches: take(4)?,
    }))
}
