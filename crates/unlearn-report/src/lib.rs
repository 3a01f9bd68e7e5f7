//! What was done and measured, as plain records, and pages made of them.

#![warn(missing_docs)]

mod record;
mod render;

pub use record::{
    AuditEntry, AuditGate, AuditGateError, AuditGateResult, AuditRecord, AuditRecordError,
    AuditedModel, CheckRecord, Conclusion, ConfidenceRecord, DataSummary, DemoFiles, DemoRecord,
    DemoSeconds, EnrolRecord, EvaluateRecord, EvaluationsRecord, FigureRow, FileContent,
    FileEvaluation, ForgetRecord, GateRecord, InspectRecord, MethodRecord, MethodsRecord,
    ParameterSummary, SCHEMA, SampleRecord, StepRecord, TensorChange, TestedImages, TrainRecord,
    VERSION, public_settings,
};
pub use render::{json, page};
