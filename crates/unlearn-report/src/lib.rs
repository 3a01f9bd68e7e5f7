//! What was done and measured, as plain records, and pages made of them.

#![warn(missing_docs)]

mod record;
mod render;

pub use record::{
    CellMeasures, CellRecord, CellResult, CellSeconds, CheckRecord, CompareRecord,
    ComparisonRecord, ComparisonRow, ComparisonTable, ConfidenceRecord, DataSummary, DemoFiles,
    DemoRecord, DemoSeconds, EnrolRecord, EvaluateRecord, EvaluationsRecord, FileContent,
    FileEvaluation, ForgetRecord, GateRecord, InspectRecord, MethodRecord, MethodsRecord,
    ParameterSummary, SCHEMA, SearchRecord, Spread, StepRecord, TensorChange, TrainRecord, VERSION,
    WorstKept, public_settings,
};
pub use render::{comparison_csv, comparison_markdown, json, json_line};
