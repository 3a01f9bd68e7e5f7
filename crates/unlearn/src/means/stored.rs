//! Class means on disk.

use super::ClassMeans;
use super::response::LENGTHS;
use crate::checkpoint::{CheckpointError, NamedTensors, Stored, StoredTensors};

/// The names of the tensors; the last two may be missing.
pub const NAMES: [&str; 8] = [
    "means.inputs",
    "means.detectors",
    "means.features",
    "means.scales",
    "means.responses",
    "means.costs",
    "means.biases",
    "means.spreads",
];

/// Names and tensors.
pub fn tensors(means: &ClassMeans) -> impl Iterator<Item = (String, Stored<'_>)> {
    let parts = [
        &means.inputs,
        &means.detectors,
        &means.features,
        &means.scales,
        &means.responses,
        &means.costs,
        &means.biases,
        &means.spreads,
    ];
    let named = NAMES.into_iter().zip(parts);
    let named = named.filter(|(_, numbers)| !numbers.is_empty());
    named.map(|(name, numbers)| {
        let classes = means.class_count();
        let stored = Stored::floats(numbers, &[classes, numbers.len() / classes]);
        (name.to_owned(), stored)
    })
}

/// The means of so many classes in a file; `None` where it holds none.
///
/// # Errors
/// If a tensor but the biases' and the spreads' is missing beside another, has not a row per class, or is not finite.
pub fn take(
    stored: &StoredTensors<'_>,
    classes: usize,
) -> Result<Option<ClassMeans>, CheckpointError> {
    let shapes = stored.shapes();
    let width_of = |place: usize| {
        let mut named = shapes.iter().filter(|(found, _)| *found == NAMES[place]);
        named
            .next()
            .map(|(_, shape)| shape.last().copied().unwrap_or(1).max(1))
    };
    if (0..NAMES.len()).all(|place| width_of(place).is_none()) {
        return Ok(None);
    }
    // Two widths are read off; tensors that have others are refused as of another shape.
    let [width, features] = [0, 2].map(|place| width_of(place).unwrap_or(1));
    let take = |place: usize, width: usize| stored.take(NAMES[place], &[classes, width]);
    let may_take = |place: usize, width: usize| match width_of(place) {
        Some(_) => take(place, width),
        None => Ok(Vec::new()),
    };
    Ok(Some(ClassMeans {
        sizes: [width, features],
        inputs: take(0, width)?,
        detectors: take(1, width)?,
        features: take(2, features)?,
        scales: take(3, features)?,
        responses: take(4, LENGTHS.len() * features)?,
        costs: take(5, 1)?,
        biases: may_take(6, 1)?,
        spreads: may_take(7, classes.saturating_mul(width))?,
    }))
}
