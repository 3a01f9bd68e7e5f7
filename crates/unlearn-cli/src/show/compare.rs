//! A comparison of methods.

use unlearn_report::{CompareRecord, comparison_markdown};

use super::count;

/// The tables, or how far the comparison has come.
pub fn compare(record: &CompareRecord) -> String {
    match &record.comparison {
        Some(comparison) => {
            let files: String = record
                .files
                .iter()
                .map(|file| format!("{file}\n"))
                .collect();
            format!("{}\n{files}", comparison_markdown(comparison))
        }
        None => format!(
            "{}: {} of {} cells done\n",
            record.title,
            count(record.done),
            count(record.cells)
        ),
    }
}
