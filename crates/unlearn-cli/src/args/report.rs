//! Arguments of `report`.

use std::path::PathBuf;

use clap::Args;

/// Make the page of an audit again from its record.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct ReportArgs {
    /// The record that `audit` or `demo` wrote.
    #[arg(value_name = "RECORD.json")]
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
  unlearn report audit/record.json --out report.html";
