//! Arguments of `merge`.

use std::path::PathBuf;

use clap::Args;

/// Join the parts of an enrolment: the result is what a single run writes.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct MergeArgs {
    /// The parts, in any order.
    #[arg(value_name = "E.safetensors", required = true)]
    pub parts: Vec<PathBuf>,

    /// The model that was enrolled.
    #[arg(long, value_name = "M.safetensors")]
    pub model: PathBuf,

    /// The enrolment to write.
    #[arg(long, value_name = "E.safetensors")]
    pub out: PathBuf,

    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn merge e1.safetensors e2.safetensors --model m.safetensors --out e.safetensors

where the parts were made, on one machine or several, by
  unlearn enrol m.safetensors --codes c.safetensors --shard 1/2 --out e1.safetensors
  unlearn enrol m.safetensors --codes c.safetensors --shard 2/2 --out e2.safetensors";
