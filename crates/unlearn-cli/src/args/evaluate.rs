//! Arguments of `evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::{DataArgs, DeviceArgs};

/// Measure classifiers on the test part of a data set.
///
/// Images are resized and normalised as the model's file says, and classes are
/// matched by name. Several models must have the same classes and input shape;
/// the images are read once.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct EvaluateArgs {
    /// The models.
    #[arg(value_name = "M.safetensors", required = true)]
    pub models: Vec<PathBuf>,

    #[command(flatten)]
    pub data: DataArgs,

    /// A class that counts as forgotten, by name or index; may be repeated. Of
    /// several models, each has its own where none is given: those that it was made
    /// to forget.
    #[arg(long, value_name = "NAME")]
    pub forgotten: Vec<String>,

    #[command(flatten)]
    pub device: DeviceArgs,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn evaluate m2.safetensors --data photos --forgotten cat
  unlearn evaluate m.safetensors m2.safetensors --data photos --forgotten cat";
