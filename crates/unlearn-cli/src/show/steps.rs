//! The moves of a request, and what other strengths would have done.

use unlearn::forget::{Scope, confidence};
use unlearn_report::StepRecord;

use super::confidence::probability;
use super::{percent, short};
use crate::table::grid;

/// A line per step.
pub fn steps(steps: &[StepRecord]) -> String {
    let rows = steps.iter().map(|step| {
        let (sign, lambda2) = match step.reached {
            Some(false) => ("", "none found".to_owned()),
            Some(true) | None => (step.sign.symbol(), short(step.lambda2)),
        };
        vec![
            step.classes.join(", "),
            sign.to_owned(),
            lambda2,
            format!(
                "{:.3} -> {:.3}",
                step.before.forgotten_loss, step.after.forgotten_loss
            ),
            format!("{:.4}", step.after.kept_loss),
        ]
    });
    grid(
        &[
            "step",
            "sign",
            "lambda2",
            "loss on its code",
            "loss on kept codes",
        ],
        rows,
    )
}

/// A table per step that has a curve.
pub fn curves(steps: &[StepRecord]) -> String {
    let with_curve = steps.iter().filter(|step| !step.curve.is_empty());
    let tables = with_curve.map(|step| {
        format!(
            "{}, by strength\n{}\n",
            step.classes.join(", "),
            curve(step)
        )
    });
    tables.collect()
}

fn curve(step: &StepRecord) -> String {
    let rows = step.curve.iter().map(|point| {
        let loss = point.codes.forgotten_loss;
        let sure = confidence(step.before.forgotten_loss, loss);
        let sure = sure.filter(|_| step.scope == Scope::Output);
        let is_chosen = point.lambda2 == step.lambda2;
        vec![
            short(point.lambda2),
            format!("{loss:.3}"),
            sure.map_or("-".to_owned(), probability),
            format!("{:.4}", point.codes.kept_loss),
            percent(point.kept_blends_changed_percent),
            if is_chosen { "chosen" } else { "" }.to_owned(),
        ]
    });
    grid(
        &[
            "lambda2",
            "loss on its code",
            "confidence",
            "loss on kept codes",
            "kept blends changed",
            "",
        ],
        rows,
    )
}
