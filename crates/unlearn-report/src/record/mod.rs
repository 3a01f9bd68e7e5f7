//! Plain records: numbers first, pages second.

mod audit;
mod cell;
mod compare;
mod comparison;
mod confidence;
mod data_summary;
mod demo;
mod enrol;
mod evaluate;
mod evaluations;
mod fisher;
mod forget;
mod forgotten_by;
mod gate;
mod inspect;
mod methods;
mod schema;
mod settings;
mod spread;
mod step;
mod train;

pub use audit::{
    AuditEntry, AuditGate, AuditGateError, AuditGateResult, AuditRecord, AuditRecordError,
    AuditedModel, Conclusion, FigureRow, SampleRecord, TestedImages,
};
pub use cell::{CellMeasures, CellRecord, CellResult, CellSeconds, SearchRecord, WorstKept};
pub use compare::CompareRecord;
pub use comparison::{ComparisonRecord, ComparisonRow, ComparisonTable};
pub use confidence::ConfidenceRecord;
pub use data_summary::DataSummary;
pub use demo::{DemoFiles, DemoRecord, DemoSeconds};
pub use enrol::EnrolRecord;
pub use evaluate::EvaluateRecord;
pub use evaluations::{EvaluationsRecord, FileEvaluation};
pub use fisher::{FisherErrors, FisherRow, FisherSpread};
pub use forget::{ForgetRecord, TensorChange};
pub use forgotten_by::with_methods;
pub use gate::{CheckRecord, GateRecord};
pub use inspect::{FileContent, InspectRecord, ParameterSummary};
pub use methods::{MethodRecord, MethodsRecord};
pub use schema::{SCHEMA, VERSION};
pub use settings::public_settings;
pub use spread::Spread;
pub use step::StepRecord;
pub use train::TrainRecord;
