//! Test images that a result is held to.

use clap::Args;
use unlearn::data::Source;

use super::ReadingArgs;
use super::finite::limit;

/// Test images that a result is held to, and how they are read.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("data_seed", |arg| arg.requires("images")))]
#[command(mut_arg("skip_unreadable", |arg| arg.requires("images")))]
pub struct CheckArgs {
    /// Measure the model on the test part of this data set before and after, and
    /// write nothing if the kept classes lost more than --max-kept-drop; a
    /// path as in `evaluate`, or `shapes`.
    #[arg(long, value_name = "PATH|shapes", value_parser = |text: &str| text.parse::<Source>())]
    pub check_data: Option<Source>,

    /// By how many percentage points A_R may fall on --check-data, over the
    /// classes that this request keeps.
    #[arg(long, value_name = "POINTS", default_value_t = 1.0, requires = "check_data", value_parser = limit)]
    pub max_kept_drop: f64,

    #[command(flatten)]
    pub reading: ReadingArgs,
}
