//! Measuring what a model knows.

mod accuracy;
mod code_accuracy;
mod trunk;

pub use accuracy::{ClassAccuracy, Evaluation, confusions, evaluate};
pub use code_accuracy::code_accuracy_percent;
