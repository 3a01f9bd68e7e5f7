//! Arguments of `enrol`.

use std::path::PathBuf;

use clap::Args;
use unlearn::enrol::Shard;

use super::DeviceArgs;

/// Find out beforehand what a request to forget needs to know of a model and its codes.
///
/// `forget --enrolment` then takes one backward pass per class to forget, or none,
/// instead of one per class. Who has the file can learn of the codes: keep it as secret.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct EnrolArgs {
    /// The model.
    #[arg(value_name = "M.safetensors")]
    pub model: PathBuf,

    /// The codes that were planted in it.
    #[arg(long, value_name = "C.safetensors")]
    pub codes: PathBuf,

    /// The enrolment to write, or its part.
    #[arg(long, value_name = "E.safetensors")]
    pub out: PathBuf,

    /// Enrol the I-th of N parts of the classes only; `merge` joins the parts.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,

    #[command(flatten)]
    pub device: DeviceArgs,

    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn enrol m.safetensors --codes c.safetensors --out e.safetensors
  unlearn forget m.safetensors --codes c.safetensors --enrolment e.safetensors --class cat --out m2.safetensors";
