//! Arguments of `forget`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Map, Value as Json, json};
use unlearn::forget::{CATALOG, Scope};

use super::finite::finite;
use super::one_of::{SCOPES, one_of};

/// Make a trained classifier forget classes: no images and no training needed.
///
/// Needs the model and the codes that were planted in it. The model read stays
/// as it is; the one that forgot goes to --out.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct ForgetArgs {
    /// The trained model.
    #[arg(value_name = "M.safetensors")]
    pub model: PathBuf,

    /// The codes that were planted in it.
    #[arg(long, value_name = "C.safetensors")]
    pub codes: PathBuf,

    /// A class to forget, by name or index; may be repeated.
    #[arg(long = "class", value_name = "NAME", required = true)]
    pub classes: Vec<String>,

    /// The model to write.
    #[arg(
        long,
        value_name = "M2.safetensors",
        required_unless_present = "dry_run"
    )]
    pub out: Option<PathBuf>,

    /// How to forget; `mnemonic` is the method of the paper.
    #[arg(long, default_value = "mnemonic", value_parser = methods())]
    pub method: String,

    /// Bounds the factor of layers in which nothing is specific to the classes [default: 0.001].
    #[arg(long, value_name = "X", value_parser = finite)]
    pub lambda1: Option<f64>,

    /// The largest move of any parameter [default: 10].
    #[arg(long, value_name = "X", value_parser = finite)]
    pub lambda2: Option<f64>,

    /// The part of the network that may move [default: all].
    #[arg(long, value_parser = one_of::<Scope>(SCOPES))]
    pub scope: Option<Scope>,

    /// Show what would change and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn forget m.safetensors --codes c.safetensors --class cat --scope classifier --lambda1 0.1 --lambda2 10 --out m2.safetensors

The best lambdas differ between networks: try several with --dry-run and look at
what the codes say. Never choose them by the test images.";

/// The names in the library's catalog.
fn methods() -> PossibleValuesParser {
    PossibleValuesParser::new(CATALOG.iter().map(|entry| entry.name))
}

impl ForgetArgs {
    /// The method's settings that were given; the others take their defaults.
    pub fn settings(&self) -> Map<String, Json> {
        let given = [
            ("lambda1", self.lambda1.map(|lambda| json!(lambda))),
            ("lambda2", self.lambda2.map(|lambda| json!(lambda))),
            ("scope", self.scope.map(|scope| json!(scope))),
        ];
        let given = given.into_iter();
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}
