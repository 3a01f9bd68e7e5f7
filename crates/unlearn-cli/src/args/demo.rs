//! Arguments of `demo`.

use std::path::PathBuf;

use clap::Args;

use super::DeviceArgs;

/// Show everything on artificial images, in about a minute.
///
/// Trains a small network with codes, makes it forget a class, trains another
/// without that class, puts the three beside each other, looks for what is left,
/// and writes a page about it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct DemoArgs {
    /// The folder for the models, the codes, the records and the page; made if it is missing.
    #[arg(long, value_name = "DIR", default_value = "unlearn-demo")]
    pub out: PathBuf,

    /// Replace the files of an earlier demonstration.
    #[arg(long)]
    pub overwrite: bool,

    #[command(flatten)]
    pub device: DeviceArgs,

    /// Print one JSON object instead of plain lines.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn demo --out unlearn-demo";
