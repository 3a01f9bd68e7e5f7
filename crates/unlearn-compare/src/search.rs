//! The best settings of a method, by images held out of the training set.

use std::time::Instant;

use serde_json::{Map, Value as Json};
use unlearn::audit::evaluate;
use unlearn::data::Split;
use unlearn::forget::{ForgetError, Outcome};
use unlearn::tune::Stopped;
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

const NOT_FINITE: &str = "the weights are not finite afterwards";

/// Tries all combinations of a method's grid and takes the one with the highest A_R + E_F on held-out
/// images, the first of equals; where there is none, why.
///
/// Test images are not asked. A combination that the method refuses, or after which weights are not
/// finite, counts as one that failed.
///
/// # Errors
/// If the method was stopped.
pub(crate) fn found(
    method: &PlannedMethod,
    held_out: Option<&Split>,
    forgotten: &[usize],
    run: impl Fn(&PlannedMethod, &Map<String, Json>, usize) -> Result<Outcome, ForgetError>,
) -> Result<Result<Found, String>, Stopped> {
    let tried = |trial: &Map<String, Json>, place: usize| {
        Ok(match run(method, trial, place) {
            Err(ForgetError::Stopped(stopped)) => return Err(stopped),
            Ok(outcome) if is_finite(&outcome.model) => Ok(outcome),
            Ok(_) => Err(NOT_FINITE.to_owned()),
            Err(error) => Err(error.to_string()),
        })
    };
    let Some(held_out) = held_out.filter(|_| !method.grid.is_empty()) else {
        return Ok(tried(&Map::new(), 0)?.map(|outcome| Found {
            outcome,
            search: None,
            seconds: None,
        }));
    };
    let start = Instant::now();
    let mut best: Option<(f64, &Map<String, Json>, Outcome)> = None;
    let mut failures: Vec<String> = Vec::new();
    for (place, trial) in method.trials.iter().enumerate() {
        let outcome = match tried(trial, place)? {
            Ok(outcome) => outcome,
            Err(failure) => {
                failures.push(failure);
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
    let failed_trials = failures.len();
    let found = best.map(|(score, chosen, outcome)| Found {
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
    });
    Ok(found.ok_or_else(|| {
        let count = failures.len();
        failures.dedup();
        format!(
            "all {count} combinations of settings failed: {}",
            failures.join("; ")
        )
    }))
}
