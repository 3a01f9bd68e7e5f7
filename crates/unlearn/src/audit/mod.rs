//! Measuring what a model knows, and what is left of what it should not know.

mod accuracy;
mod alignment;
mod answers;
mod asked;
mod attempt;
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
mod groups;
mod kept_only;
mod klom;
mod landing;
mod margin;
mod membership;
mod neighbours;
mod normal_fit;
mod population;
mod probe;
mod prototype;
mod recovery;
mod relearning;
mod resample;
mod roc;
mod start;
mod student;
mod subject;
#[cfg(test)]
mod test_margins;
#[cfg(test)]
mod test_models;
mod trigger;
mod trunk;
mod ulira;
mod unused;
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
