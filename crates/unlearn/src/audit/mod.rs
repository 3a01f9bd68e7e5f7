//! Measuring what a model knows, and what is left of what it should not know.

mod accuracy;
mod alignment;
mod answers;
mod asked;
#[expect(
    clippy::module_inception,
    reason = "the trait gives the folder its name"
)]
mod audit;
mod bias_control;
mod budget;
mod by_depth;
mod catalog;
mod code_accuracy;
mod code_decoding;
mod code_known;
mod code_replay;
mod context;
mod distance;
mod estimate;
mod features;
mod finding;
mod fine_tune;
mod kept_only;
mod landing;
mod membership;
mod neighbours;
mod probe;
mod prototype;
mod recovery;
mod relearning;
mod resample;
mod subject;
#[cfg(test)]
mod test_models;
mod trigger;
mod trunk;
mod verdict;

pub use accuracy::{ClassAccuracy, Evaluation, confusions, evaluate};
pub use asked::{Answer, ask};
pub use audit::Audit;
pub use bias_control::bias_control;
pub use budget::Budget;
pub use catalog::AUDITS;
pub use code_accuracy::code_accuracy_percent;
pub use code_known::knows_code;
pub use context::Context;
pub use estimate::Estimate;
pub use finding::{
    About, Bars, Curve, Figure, Finding, Good, Histogram, HistogramGroup, Measured, Unit,
};
pub use subject::{Role, Subject};
pub use verdict::{Comparison, Verdict};
