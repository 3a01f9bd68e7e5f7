//! Spare units on disk.

use crate::checkpoint::{CheckpointError, NamedTensors, Stored, StoredTensors};
use crate::network::ClassifierUnit;

/// The units' rows of the classifier layer's weight.
pub const WEIGHT: &str = "spare.weight";

/// Their entries of the bias.
pub const BIAS: &str = "spare.bias";

/// Units as tensors.
pub struct StoredUnits {
    units: usize,
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl StoredUnits {
    /// The tensors of these units.
    pub fn new(units: &[ClassifierUnit]) -> Self {
        Self {
            units: units.len(),
            weights: units
                .iter()
                .flat_map(|unit| &unit.weights)
                .copied()
                .collect(),
            biases: units.iter().filter_map(|unit| unit.bias).collect(),
        }
    }

    /// Names and tensors; none where there are no units.
    pub fn tensors(&self) -> impl Iterator<Item = (String, Stored<'_>)> {
        let features = self.weights.len() / self.units.max(1);
        let weight = Stored::floats(&self.weights, &[self.units, features]);
        let bias = Stored::floats(&self.biases, &[self.units]);
        let tensors = [
            (WEIGHT, weight, self.weights.len()),
            (BIAS, bias, self.biases.len()),
        ];
        let tensors = tensors.into_iter().filter(|(_, _, numbers)| *numbers > 0);
        tensors.map(|(name, tensor, _)| (name.to_owned(), tensor))
    }
}

/// The units in a file; none where it holds no such tensors.
///
/// # Errors
/// If a tensor is not a row or a number per unit, or not finite.
pub fn take(stored: &StoredTensors<'_>) -> Result<Vec<ClassifierUnit>, CheckpointError> {
    let shapes = stored.shapes();
    let shape_of = |name| {
        let mut named = shapes.iter().filter(|(found, _)| *found == name);
        named.next().map(|(_, shape)| *shape)
    };
    let Some(shape) = shape_of(WEIGHT) else {
        return match shape_of(BIAS) {
            // Named as missing beside a bias.
            Some(shape) => stored.take(WEIGHT, shape).map(|_| Vec::new()),
            None => Ok(Vec::new()),
        };
    };
    let (units, features) = match shape {
        [units, features] if *units > 0 && *features > 0 => (*units, *features),
        // Refused as of another shape.
        _ => return stored.take(WEIGHT, &[1, 1]).map(|_| Vec::new()),
    };
    let weights = stored.take(WEIGHT, &[units, features])?;
    let biases = match shape_of(BIAS) {
        Some(_) => Some(stored.take(BIAS, &[units])?),
        None => None,
    };
    let rows = weights.chunks(features).enumerate();
    let units = rows.map(|(unit, row)| ClassifierUnit {
        weights: row.to_vec(),
        bias: biases.as_ref().map(|biases| biases[unit]),
    });
    Ok(units.collect())
}
