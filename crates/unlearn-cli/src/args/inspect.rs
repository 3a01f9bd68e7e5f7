//! Arguments of `inspect`.

use std::path::PathBuf;

use clap::Args;

/// Say what a file holds: a model, codes, an enrolment, or an interrupted run.
///
/// Shows neither the codes themselves nor their seed.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct InspectArgs {
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn inspect m.safetensors";
