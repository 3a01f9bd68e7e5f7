//! Arguments of `compare`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use unlearn::enrol::Shard;

use super::DeviceArgs;

/// Compare methods: everything that an experiment file asks for, as tables.
///
/// Trains an original and a model without the classes for every seed, runs every method on every
/// original, and measures all on the test images. What is done is kept in --out: after Ctrl-C or a crash
/// the same command goes on, and when all is done it only writes the tables anew.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct CompareArgs {
    /// The experiment file; docs/compare.md has its keys.
    #[arg(value_name = "EXPERIMENT.toml")]
    pub experiment: PathBuf,

    /// The folder for what is done and for the tables; made if it is missing. Several experiments, and
    /// several processes with parts of one, may share it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// The folder in which the experiment's data sets lie.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub data: PathBuf,

    /// Do the I-th of N parts only; the tables are written once all parts are done.
    #[arg(long, value_name = "I/N", conflicts_with = "merge")]
    pub shard: Option<Shard>,

    /// Do so many cells at a time, each with its part of the threads: much quicker where networks are
    /// small, and as much more memory. Results are the same, seconds are not.
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN, conflicts_with = "merge")]
    pub jobs: NonZeroUsize,

    /// Do nothing but take what was done in another folder, trained models too; may be repeated. It must
    /// be all that is missing.
    #[arg(long, value_name = "DIR")]
    pub merge: Vec<PathBuf>,

    /// Check the experiment and say what is to do; do nothing.
    #[arg(long, conflicts_with_all = ["shard", "jobs", "merge"])]
    pub dry_run: bool,

    /// Print one JSON object instead of tables.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub device: DeviceArgs,
}

const EXAMPLE: &str = "\
Example:
  unlearn compare experiments/table-2-3-small.toml --data data --out results --jobs 2

On two machines, then on either of them:
  unlearn compare e.toml --data data --shard 1/2 --out first
  unlearn compare e.toml --data data --shard 2/2 --out second
  unlearn compare e.toml --data data --merge first --merge second --out results

Exit code 1: interrupted; nothing that was finished is lost.";
