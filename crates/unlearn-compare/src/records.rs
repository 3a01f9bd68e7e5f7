//! What came of a comparison.

use std::path::Path;

use unlearn_report::{CellRecord, public_settings};

use crate::cache::Cache;
use crate::cell::Work;
use crate::key::file_name;
use crate::{CompareError, Plan};

/// How many of a plan's cells are done in a folder.
///
/// # Errors
/// If a file of the folder is damaged.
pub fn finished(plan: &Plan, folder: &Path) -> Result<usize, CompareError> {
    let cache = Cache::of(folder);
    let mut done = 0;
    for cell in plan.cells() {
        done += usize::from(cache.cell(cell.digest)?.is_some());
    }
    Ok(done)
}

/// What came of all cells, in the order of the plan. But for the seconds it does not depend on how often
/// the run was stopped, or on how it was shared out.
///
/// # Errors
/// If a cell is not done, or its file is damaged.
pub fn records(plan: &Plan, folder: &Path) -> Result<Vec<CellRecord>, CompareError> {
    let cache = Cache::of(folder);
    let mut records = Vec::with_capacity(plan.cells.len());
    for cell in &plan.cells {
        let Some(result) = cache.cell(cell.digest)? else {
            return Err(CompareError::Missing {
                all: plan.cells.len(),
                done: finished(plan, folder)?,
                first: cell.to_string(),
            });
        };
        let method = match &cell.work {
            Work::Method(method) => Some(method),
            Work::Original | Work::Retrained(_) => None,
        };
        let original = &plan.originals[cell.original];
        let data = &plan.data[original.data];
        let names = data.classes.names();
        let trained = match &cell.work {
            Work::Original => Some(&original.training),
            Work::Retrained(training) => Some(&**training),
            Work::Method(_) => None,
        };
        records.push(CellRecord {
            experiment: plan.title.clone(),
            device: plan.device,
            original: original.name.clone(),
            varied: original.varied.clone(),
            data: data.summary.clone(),
            architecture: original.training.metadata.architecture.clone(),
            training: public_settings(original.training.parameters.settings()),
            seed: original.seed,
            forgotten: cell
                .classes
                .iter()
                .map(|class| names[*class].clone())
                .collect(),
            row: cell.row.clone(),
            method: method.map(|method| method.name.to_owned()),
            settings: method
                .map(|method| method.settings.clone())
                .unwrap_or_default(),
            is_control: cell.is_control,
            model_file: trained
                .filter(|_| result.model_digest.is_some())
                .map(|training| format!("models/{}", file_name(training.key, "safetensors"))),
            result,
        });
    }
    Ok(records)
}
