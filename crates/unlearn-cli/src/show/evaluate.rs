//! What a model answers.

use unlearn_report::EvaluateRecord;

use super::{count, percent};
use crate::table::{grid, pairs};

/// Accuracy per class with the commonest wrong answer, then the totals.
pub fn evaluate(record: &EvaluateRecord) -> String {
    let evaluation = &record.evaluation;
    let rows = evaluation.classes.iter().enumerate().map(|(index, class)| {
        let forgotten = record.forgotten.contains(&class.name);
        vec![
            class.name.clone(),
            count(class.samples),
            class.accuracy_percent.map_or("-".to_owned(), percent),
            confused(record, index),
            if forgotten { "forgotten" } else { "" }.to_owned(),
        ]
    });
    let classes = grid(
        &["class", "images", "right", "most often taken for", ""],
        rows,
    );
    let mut totals = vec![("accuracy", percent(evaluation.accuracy_percent))];
    if !record.forgotten.is_empty() {
        let error = evaluation.forgotten_error_percent;
        totals.push((
            "accuracy on kept classes",
            percent(evaluation.kept_accuracy_percent),
        ));
        totals.push((
            "error on forgotten classes",
            error.map_or("no images".to_owned(), percent),
        ));
    }
    format!("{classes}\n{}", pairs(&totals))
}

/// The class that images of this one are most often taken for, and how many.
fn confused(record: &EvaluateRecord, class: usize) -> String {
    let answers = record.evaluation.confusion[class].iter().enumerate();
    let wrong = answers.filter(|(answer, images)| *answer != class && **images > 0);
    // Of equal counts the first class is named.
    match wrong.rev().max_by_key(|(_, images)| **images) {
        Some((answer, images)) => format!("{} ({images})", record.evaluation.classes[answer].name),
        None => String::new(),
    }
}
