//! What was done and measured, as plain records, and pages made of them.

#![warn(missing_docs)]

mod record;
mod render;

pub use record::{
    CheckRecord, ConfidenceRecord, DataSummary, DemoFiles, DemoRecord, DemoSeconds, EnrolRecord,
    EvaluateRecord, EvaluationsRecord, FileContent, FileEvaluation, ForgetRecord, GateRecord,
    InspectRecord, MethodRecord, MethodsRecord, ParameterSummary, SCHEMA, StepRecord, TensorChange,
    TrainRecord, VERSION, public_settings,
};
pub use render::json;
