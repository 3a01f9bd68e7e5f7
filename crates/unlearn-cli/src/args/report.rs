//! Arguments of `report`.

use std::path::PathBuf;

use clap::Args;

/// Make the page of an audit or a comparison again from its records.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct ReportArgs {
    /// The record that `audit` or `demo` wrote, or the records of `compare`, which end in `.jsonl`.
    #[arg(value_name = "RECORD")]
    pub record: PathBuf,

    /// The page to write: one HTML file that needs nothing else.
    #[arg(long, value_name = "FILE.html")]
    pub out: PathBuf,

    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn report audit/record.json --out report.html
  unlearn report results/table-5.jsonl --out table-5.html";
