//! What was done and measured, as plain records, and pages made of them.

#![warn(missing_docs)]

mod record;
mod render;

pub use record::{
    DataSummary, DemoFiles, DemoRecord, DemoSeconds, EvaluateRecord, FileContent, ForgetRecord,
    InspectRecord, ParameterSummary, SCHEMA, TensorChange, TrainRecord, VERSION, public_settings,
};
pub use render::json;
