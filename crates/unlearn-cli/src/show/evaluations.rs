//! What several models answer.

use unlearn_report::{EvaluateRecord, EvaluationsRecord};

use super::percent;
use crate::table::grid;

/// The models under each other.
pub fn evaluations(record: &EvaluationsRecord) -> String {
    let rows = record.models.iter().map(|model| {
        let evaluation = &model.record.evaluation;
        vec![
            model.file.clone(),
            percent(evaluation.accuracy_percent),
            percent(evaluation.kept_accuracy_percent),
            error(&model.record),
            match model.record.forgotten.as_slice() {
                [] => "none".to_owned(),
                [class] => class.clone(),
                classes => format!("{} classes", classes.len()),
            },
        ]
    });
    grid(
        &[
            "model",
            "accuracy",
            "on kept classes (A_R)",
            "error on forgotten (E_F)",
            "forgotten",
        ],
        rows,
    )
}

fn error(record: &EvaluateRecord) -> String {
    match record.evaluation.forgotten_error_percent {
        Some(error) => percent(error),
        None if record.forgotten.is_empty() => "-".to_owned(),
        None => "no images".to_owned(),
    }
}
