//! Arguments of `forget`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};
use serde_json::{Map, Value as Json, json};
use unlearn::data::Source;
use unlearn::forget::{CATALOG, MAX_KEPT_LOSS, Scope};

use super::finite::{finite, limit};
use super::one_of::{SCOPES, one_of};
use super::setting::setting;
use super::{CheckArgs, DeviceArgs};

/// Make a trained classifier forget classes: no images and no training needed.
///
/// Needs the model and the codes that were planted in it; other methods than the
/// default need other things, see `unlearn methods`. The model read stays as it
/// is; the one that forgot goes to --out.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
#[command(group = ArgGroup::new("images").args(["data", "check_data"]).multiple(true))]
pub struct ForgetArgs {
    /// The trained model.
    #[arg(value_name = "M.safetensors")]
    pub model: PathBuf,

    /// The codes that were planted in it. With a method that needs none they
    /// only say what it did.
    #[arg(long, value_name = "C.safetensors")]
    pub codes: Option<PathBuf>,

    /// What `enrol` found out of model and codes: fewer passes, the same result.
    /// One of another model is not used.
    #[arg(long, value_name = "E.safetensors", requires = "codes")]
    pub enrolment: Option<PathBuf>,

    /// Write the enrolment of the model that forgot, for the next request. What the
    /// request left as it was is taken over from --enrolment.
    #[arg(
        long,
        value_name = "E2.safetensors",
        requires = "codes",
        requires = "out"
    )]
    pub enrolment_out: Option<PathBuf>,

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

    /// How to forget [default: `transplant`; with --lambda1, --lambda2, --scope, --goal or --set, and
    /// for networks without a classifier layer of their own, `mnemonic`]: `bias-shift`
    /// and `zero-unit` are controls that only hide the classes' answers and forget nothing
    /// inside; what the others do and need, `unlearn methods` says.
    #[arg(long, value_parser = methods())]
    pub method: Option<String>,

    /// A setting of the method, such as `epochs=3`; may be repeated. Their names
    /// and defaults: `unlearn methods --json`.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, Json)>,

    /// Training images, for methods that need them: the training part of a path
    /// as in `train`, or `shapes`.
    #[arg(long, value_name = "PATH|shapes", value_parser = |text: &str| text.parse::<Source>())]
    pub data: Option<Source>,

    /// How the model was trained, for methods that train anew or vary images as in
    /// training: the object that `train --json` printed.
    #[arg(long, value_name = "TRAIN.json")]
    pub recipe: Option<PathBuf>,

    /// Decides what the method draws at random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub method_seed: u64,

    /// Bounds the factor of layers in which nothing is specific to the classes.
    /// Without --lambda1 and --lambda2 the codes say how strongly to move, class
    /// after class; with either it is the paper's one move for all classes, and
    /// the other is 0.001 or 10 [default: found by the codes].
    #[arg(long, value_name = "X", value_parser = finite)]
    pub lambda1: Option<f64>,

    /// The largest move of any parameter; see --lambda1 [default: found by the codes].
    #[arg(long, value_name = "X", value_parser = finite)]
    pub lambda2: Option<f64>,

    /// The part of the network that may move: `output`, the classes' own outputs
    /// in the classifier layer; `classifier`, all of that layer; `features`, all but it;
    /// or `all` [default: output; all with --lambda1 or --lambda2].
    #[arg(long, value_parser = one_of::<Scope>(SCOPES))]
    pub scope: Option<Scope>,

    /// The loss to which a forgotten class's code is brought where the strength
    /// is found by the codes [default: 15, or more for codes that are known surely].
    #[arg(long, value_name = "NATS", value_parser = finite, conflicts_with_all = ["lambda1", "lambda2"])]
    pub goal: Option<f64>,

    /// By how many nats the mean loss on the kept codes may rise; where it rises
    /// further, where a class asked for was not forgotten or one forgotten
    /// before came back, nothing is written [default: 0.001 for `transplant` and
    /// `mnemonic`; no limit with --lambda1, --lambda2 or another method].
    #[arg(long, value_name = "NATS", value_parser = limit, requires = "codes")]
    pub max_kept_loss: Option<f64>,

    #[command(flatten)]
    pub check: CheckArgs,

    #[command(flatten)]
    pub device: DeviceArgs,

    /// Show what would change, and what other strengths would do; write nothing.
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
  unlearn forget m.safetensors --codes c.safetensors --class cat --out m2.safetensors

By another method, with the training images:
  unlearn forget m.safetensors --class cat --method neggrad-plus --data photos --out m2.safetensors

Exit code 1: the result did not pass, and nothing was written. --dry-run shows
why. Never choose a strength by the test images.";

/// The method whose settings have options of their own.
const BY_CODES: &str = "mnemonic";

/// The method that those who name none mostly get.
const BY_UNITS: &str = "transplant";

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
            ("goal", self.goal.map(|goal| json!(goal))),
        ];
        let given = given.into_iter();
        let given = given.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        self.set.iter().cloned().chain(given).collect()
    }

    /// The method that was named, or the one whose settings were given.
    pub fn named_method(&self) -> Option<&str> {
        let by_settings = (!self.settings().is_empty()).then_some(BY_CODES);
        self.method.as_deref().or(by_settings)
    }

    /// By how much the mean loss on the kept codes may rise, in nats; none
    /// where that is not to stop anything.
    pub fn max_kept_loss(&self) -> Option<f64> {
        let named = self.named_method();
        let is_ours = named.is_none_or(|name| [BY_CODES, BY_UNITS].contains(&name));
        let is_automatic = is_ours && self.lambda1.or(self.lambda2).is_none();
        self.max_kept_loss
            .or_else(|| is_automatic.then_some(MAX_KEPT_LOSS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_limit_is_the_one_that_help_tells() {
        assert_eq!(MAX_KEPT_LOSS, 0.001);
    }
}
