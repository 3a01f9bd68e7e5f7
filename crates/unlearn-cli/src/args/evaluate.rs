//! Arguments of `evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::DataArgs;

/// Measure a classifier on the test part of a data set.
///
/// Images are resized and normalised as the model's file says, and classes are
/// matched by name.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct EvaluateArgs {
    /// The model.
    #[arg(value_name = "M.safetensors")]
    pub model: PathBuf,

    #[command(flatten)]
    pub data: DataArgs,

    /// A class that counts as forgotten, by name or index; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub forgotten: Vec<String>,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn evaluate m2.safetensors --data photos --forgotten cat";
