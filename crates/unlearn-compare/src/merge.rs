//! Joining what several processes did.

use std::path::Path;

use unlearn_report::CellResult;

use crate::cache::Cache;
use crate::{CompareError, Plan};

/// Takes the finished cells of a plan from other folders into this one; returns how many there were to
/// take.
///
/// # Errors
/// If a file is damaged, or two folders hold different results of a cell. Seconds may differ: those
/// that are here already, or else the first folder's, are kept.
pub fn adopt(
    plan: &Plan,
    folder: &Path,
    others: &[impl AsRef<Path>],
) -> Result<usize, CompareError> {
    let own = Cache::make(folder)?;
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
    }
    Ok(taken)
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
