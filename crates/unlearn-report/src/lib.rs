//! What was done and measured, as plain records, and pages made of them.

#![warn(missing_docs)]

mod record;
mod render;

pub use record::{
    AuditEntry, AuditGate, AuditGateError, AuditGateResult, AuditRecord, AuditRecordError,
    AuditedModel, CellMeasures, CellRecord, CellResult, CellSeconds, CheckRecord, CompareRecord,
    ComparisonRecord, ComparisonRow, ComparisonTable, Conclusion, ConfidenceRecord, DataSummary,
    DemoFiles, DemoRecord, DemoSeconds, EnrolRecord, EvaluateRecord, EvaluationsRecord, FigureRow,
    FileContent, FileEvaluation, FisherErrors, FisherRow, FisherSpread, ForgetRecord, GateRecord,
    InspectRecord, MethodRecord, MethodsRecord, ParameterSummary, SCHEMA, SampleRecord,
    SearchRecord, Spread, StepRecord, TensorChange, TestedImages, TrainRecord, VERSION, WorstKept,
    public_settings, with_methods,
};
pub use render::{comparison_csv, comparison_markdown, comparison_page, json, json_line, page};
