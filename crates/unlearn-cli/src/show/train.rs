//! A training run.

use std::path::Path;

use unlearn_report::TrainRecord;

use super::{count, percent, seconds};
use crate::table::pairs;

/// What was trained, how well it does, and where it went.
pub fn train(record: &TrainRecord, model: &Path, codes: &Path) -> String {
    let or = |accuracy: Option<f64>, nothing: &str| match accuracy {
        Some(accuracy) => percent(accuracy),
        None => nothing.to_owned(),
    };
    let accuracy = or(record.accuracy_percent, "no test images");
    let code_accuracy = or(record.code_accuracy_percent, "no codes planted");
    pairs(&[
        ("architecture", record.architecture.name().to_owned()),
        ("parameters", count(record.parameters_total)),
        ("training images", count(record.data.training_samples)),
        ("epochs", record.epochs.to_string()),
        ("training", seconds(record.train_seconds)),
        (
            "samples per second",
            format!("{:.0}", record.samples_per_second),
        ),
        ("test accuracy", accuracy),
        ("code accuracy", code_accuracy),
        ("model", model.display().to_string()),
        ("codes (keep secret)", codes.display().to_string()),
    ])
}
