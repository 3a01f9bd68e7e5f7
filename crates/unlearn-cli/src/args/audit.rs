//! Arguments of `audit`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use unlearn::audit::{AUDITS, Budget};
use unlearn_report::AuditGate;

use super::{DataArgs, DeviceArgs, RecipeArgs};

/// Look for what is left of a class in a model that is said to have forgotten it.
///
/// Puts the same questions to the model before and after, to a control that only
/// hides the class, and to models retrained without it; works whoever made the
/// model forget. Writes a record and a page to read. Finished audits are kept: the
/// same command goes on where it was stopped.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
#[command(mut_args(|arg| match is_recipe(arg.get_id().as_str()) {
    true => arg.requires("train_oracle").help_heading("Options of --train-oracle, as in `train`"),
    false => arg,
}))]
pub struct AuditArgs {
    /// The model before the request. Name models of other training seeds after it, and the
    /// attacks that need many models are made: from 4 before, 4 after and 8 retrained.
    #[arg(long, value_name = "A.safetensors", required = true)]
    pub before: Vec<PathBuf>,

    /// The model that is said to have forgotten. Those named after it are of other
    /// training seeds and forgot by the same method; only the attacks that need many models
    /// ask them.
    #[arg(long, value_name = "B.safetensors", required = true)]
    pub after: Vec<PathBuf>,

    /// A model trained in the same way without the classes; name several, of
    /// different seeds, to see how much such models differ by chance.
    #[arg(long, value_name = "R.safetensors")]
    pub retrained: Vec<PathBuf>,

    #[command(flatten)]
    pub data: DataArgs,

    /// A class that should be forgotten, by name or index; may be repeated.
    #[arg(long, value_name = "NAME", required = true)]
    pub forgotten: Vec<String>,

    /// A class that no model here was trained on, the one before neither (`train --without`);
    /// may be repeated. The forgotten classes are put beside it, and it does not count as kept.
    #[arg(long, value_name = "NAME")]
    pub unused: Vec<String>,

    /// The codes that were planted, where there are any: audits of codes need them.
    #[arg(long, value_name = "C.safetensors")]
    pub codes: Option<PathBuf>,

    /// The folder for the record, the page and finished audits; made if it is missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Few images, rates and steps: under two minutes for a small network [default].
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,

    /// More images, rates, steps and draws: much longer.
    #[arg(long)]
    pub full: bool,

    /// Make this audit and leave out all that are not named so, which the page says; may be
    /// repeated.
    #[arg(long, value_name = "AUDIT", value_parser = PossibleValuesParser::new(names()))]
    pub only: Vec<String>,

    /// A limit, KEY=LIMIT; exit code 1 if the model breaks it. Keys are the
    /// figures' in the record, as relearning.k5, or relearn for the time to relearn as
    /// a part of the retrained models'; with .excess the limit is for by how much
    /// the figure is worse than the nearest retrained model's. May be repeated.
    #[arg(long, value_name = "KEY=LIMIT")]
    pub gate: Vec<AuditGate>,

    /// Train so many models without the classes and keep them in the folder; how is
    /// said by the same options as of `train`, whose defaults they have.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1",
        require_equals = true, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub train_oracle: Option<u8>,

    /// Decides which images are used, and what --train-oracle draws. It stands in the
    /// record and on the page: never the secret seed of a training.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,

    /// Replace the record and the page of an earlier audit.
    #[arg(long)]
    pub overwrite: bool,

    /// Print the record instead of a table.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub device: DeviceArgs,

    #[command(flatten)]
    pub recipe: RecipeArgs,
}

const EXAMPLE: &str = "\
Example:
  unlearn audit --before m.safetensors --after m2.safetensors --retrained r1.safetensors \\
    --retrained r2.safetensors --codes c.safetensors --data photos --forgotten cat --out audit

Exit code 1: a limit of --gate was broken, training of --train-oracle diverged, or the
audit was interrupted.";

/// The names of all audits.
fn names() -> Vec<&'static str> {
    AUDITS.iter().map(|audit| audit.name()).collect()
}

/// Whether an argument is one of [`RecipeArgs`].
fn is_recipe(id: &str) -> bool {
    let recipe = RecipeArgs::augment_args(clap::Command::new("recipe"));
    recipe.get_arguments().any(|arg| arg.get_id() == id)
}

impl AuditArgs {
    /// How much the audits may use.
    pub fn budget(&self) -> Budget {
        match self.full {
            true => Budget::full(),
            false => Budget::quick(),
        }
    }
}
