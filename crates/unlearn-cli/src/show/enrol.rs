//! An enrolment.

use std::path::Path;

use unlearn_report::EnrolRecord;

use super::{count, seconds};
use crate::table::pairs;

/// What was enrolled, and where it is kept.
pub fn enrol(record: &EnrolRecord, out: &Path) -> String {
    let mut rows = vec![
        ("classes", count(record.classes)),
        ("enrolling", seconds(record.enrol_seconds)),
        ("bound to model", record.model_digest.to_string()),
        ("enrolment", out.display().to_string()),
    ];
    if let Some(shard) = &record.shard {
        rows.insert(1, ("part", shard.clone()));
    }
    format!("{}\n", pairs(&rows))
}
