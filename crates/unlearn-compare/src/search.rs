//! The best settings of a method, by images held out of the training set.

use std::time::Instant;

use serde_json::{Map, Value as Json};
use unlearn::audit::evaluate;
use unlearn::data::Split;
use unlearn::forget::{ForgetError, Outcome};
use unlearn_report::SearchRecord;

use crate::finite::is_finite;
use crate::method::PlannedMethod;

/// What a method came to, with its settings given or the best that were found.
pub(crate) struct Found {
    pub outcome: Outcome,
    /// None where nothing was searched.
    pub search: Option<SearchRecord>,
    /// The search alone.
    pub seconds: Option<f64>,
}

/// Tries all combinations of a method's grid and takes the one with the highest A_R + E_F on held-out
/// images, the first of equals; None where no combination gives finite weights.
///
/// Test images are not asked. A combination that the method refuses counts as one that failed.
///
/// # Errors
/// If the method was stopped, or, where there is nothing to choose from, refuses.
pub(crate) fn found(
    method: &PlannedMethod,
    held_out: Option<&Split>,
    forgotten: &[usize],
    run: impl Fn(&PlannedMethod, &Map<String, Json>, usize) -> Result<Outcome, ForgetError>,
) -> Result<Option<Found>, ForgetError> {
    let Some(held_out) = held_out.filter(|_| !method.grid.is_empty()) else {
        let outcome = run(method, &Map::new(), 0)?;
        let found = Found {
            outcome,
            search: None,
            seconds: None,
        };
        return Ok(Some(found).filter(|found| is_finite(&found.outcome.model)));
    };
    let start = Instant::now();
    let mut best: Option<(f64, &Map<String, Json>, Outcome)> = None;
    let mut failed_trials = 0;
    for (place, trial) in method.trials.iter().enumerate() {
        let outcome = match run(method, trial, place) {
            Err(ForgetError::Stopped(stopped)) => return Err(stopped.into()),
            Ok(outcome) if is_finite(&outcome.model) => outcome,
            _ => {
                failed_trials += 1;
                continue;
            }
        };
        let measured = evaluate(&outcome.model, held_out, forgotten, |_| {});
        let error = measured.forgotten_error_percent.unwrap_or_default();
        let score = measured.kept_accuracy_percent + error;
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, trial, outcome));
        }
    }
    let seconds = Some(start.elapsed().as_secs_f64());
    Ok(best.map(|(score, chosen, outcome)| Found {
        outcome,
        seconds,
        search: Some(SearchRecord {
            grid: method.grid.clone(),
            trials: method.trials.len(),
            failed_trials,
            validation_samples: held_out.len(),
            chosen: chosen.clone(),
            score,
        }),
    }))
}
