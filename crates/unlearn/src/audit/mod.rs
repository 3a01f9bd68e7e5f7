//! Measuring what a model knows.

mod accuracy;
mod code_accuracy;

pub use accuracy::{ClassAccuracy, Evaluation, evaluate};
pub use code_accuracy::code_accuracy_percent;
