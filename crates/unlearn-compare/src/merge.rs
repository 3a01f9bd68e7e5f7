//! Joining what several processes did.

use std::path::Path;

use unlearn::data::Digest;
use unlearn::network::Device;
use unlearn_report::CellResult;

use crate::cache::Cache;
use crate::cell::Work;
use crate::{CompareError, Plan};

/// Takes the finished cells and the trained models of a plan from other folders into this one; returns how many
/// cells there were to take.
///
/// Seconds may differ, and between kinds of processors the last bits of a model: those that are here already,
/// or else the first folder's, are kept.
///
/// # Errors
/// If a file is damaged, or two folders hold different results of a cell.
pub fn adopt(
    plan: &Plan,
    folder: &Path,
    others: &[impl AsRef<Path>],
) -> Result<usize, CompareError> {
    let (own, device) = (Cache::make(folder)?, Device::flex());
    let models = models(plan);
    let mut taken = 0;
    for other in others {
        let other = Cache::of(other.as_ref());
        for cell in plan.cells() {
            let Some(found) = other.cell(cell.digest)? else {
                continue;
            };
            match own.cell(cell.digest)? {
                None => {
                    own.keep_cell(&found)?;
                    taken += 1;
                }
                Some(known) if known.without_seconds() == found.without_seconds() => {}
                Some(known) => {
                    return Err(CompareError::Conflict {
                        path: other.cell_path(cell.digest),
                        other: own.cell_path(cell.digest),
                        what: format!("{cell}: {}", difference(&known, &found)),
                    });
                }
            }
        }
        for &model in &models {
            if own.model(model, &device)?.is_none()
                && let Some(found) = other.model(model, &device)?
            {
                own.keep_model(model, &found)?;
            }
        }
    }
    Ok(taken)
}

/// What the cells of a plan are made from: its originals and retrained models.
fn models(plan: &Plan) -> Vec<Digest> {
    let originals = plan.originals.iter().map(|original| original.training.key);
    let retrained = plan.cells().iter().filter_map(|cell| match &cell.work {
        Work::Retrained(training) => Some(training.key),
        Work::Original | Work::Method(_) => None,
    });
    originals.chain(retrained).collect()
}

/// The first of the things that a result says in which two differ.
fn difference(one: &CellResult, other: &CellResult) -> &'static str {
    match () {
        () if one.measures != other.measures => "measures",
        () if one.failure != other.failure => "failure",
        () if one.choices != other.choices || one.search != other.search => "settings",
        () => "model",
    }
}
