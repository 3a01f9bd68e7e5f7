//! Measuring what a model knows.

mod accuracy;

pub use accuracy::{ClassAccuracy, Evaluation, evaluate};
