//! A request to forget.

use std::path::Path;

use unlearn_report::ForgetRecord;

use super::{count, percent, seconds};
use crate::table::{grid, pairs};

/// What was forgotten, how, what moved, and what the codes say. Without an
/// output, what would move in every tensor.
pub fn forget(record: &ForgetRecord, out: Option<&Path>) -> String {
    let number = |value: Option<f64>| value.map(|value| value.to_string());
    let changed = format!(
        "{} of {}",
        count(record.parameters_changed),
        count(record.parameters_total)
    );
    let codes = &record.codes;
    let rows = [
        ("method", Some(record.method.clone())),
        ("classes", Some(record.classes.join(", "))),
        ("sign", record.sign.clone()),
        ("lambda1", number(record.lambda1)),
        ("lambda2", number(record.lambda2)),
        ("scope", record.scope.clone()),
        ("forgetting", Some(seconds(record.forget_seconds))),
        ("backward passes", Some(count(record.backward_passes))),
        ("parameters changed", Some(changed)),
        (
            "largest change",
            Some(format!("{:.3e}", record.largest_change)),
        ),
        (
            "error on forgotten codes",
            Some(percent(codes.forgotten_error_percent)),
        ),
        (
            "accuracy on kept codes",
            Some(percent(codes.kept_accuracy_percent)),
        ),
        (
            "loss on forgotten codes",
            Some(format!("{:.3}", codes.forgotten_loss)),
        ),
        (
            "loss on kept codes",
            Some(format!("{:.3}", codes.kept_loss)),
        ),
        (
            "model",
            out.filter(|_| !record.dry_run)
                .map(|out| out.display().to_string()),
        ),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let table = pairs(&rows.collect::<Vec<_>>());
    match record.dry_run {
        true => format!(
            "{table}\n{}\nnothing was written (dry run)\n",
            changes(record)
        ),
        false => table,
    }
}

fn changes(record: &ForgetRecord) -> String {
    let rows = record.changes.iter().map(|change| {
        vec![
            change.name.clone(),
            count(change.changed),
            count(change.elements),
            format!("{:.3e}", change.largest_change),
        ]
    });
    grid(&["tensor", "would change", "of", "largest change"], rows)
}
