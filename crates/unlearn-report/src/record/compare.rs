//! How far a comparison has come.

use serde::{Deserialize, Serialize};

use super::{ComparisonRecord, SCHEMA, VERSION};

/// How far a comparison has come, and what it shows when all of it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// What the experiment is called.
    pub title: String,
    /// How many cells it has.
    pub cells: usize,
    /// How many of them are done.
    pub done: usize,
    /// The tables; none until all is done.
    pub comparison: Option<ComparisonRecord>,
    /// The files that were written: records, tables in Markdown and in CSV, and a page.
    pub files: Vec<String>,
}

impl CompareRecord {
    /// A comparison of which something is still to do, or was not asked for.
    pub fn unfinished(title: &str, cells: usize, done: usize) -> Self {
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            title: title.to_owned(),
            cells,
            done,
            comparison: None,
            files: Vec::new(),
        }
    }

    /// A comparison that is done, and its files.
    pub fn finished(comparison: ComparisonRecord, files: Vec<String>) -> Self {
        let cells = comparison.cells;
        Self {
            files,
            comparison: Some(comparison.clone()),
            ..Self::unfinished(&comparison.title, cells, cells)
        }
    }
}
