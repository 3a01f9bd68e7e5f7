//! Audits of models beside each other.

#[expect(
    clippy::module_inception,
    reason = "the record gives the folder its name"
)]
mod audit;
mod entry;
mod gate;
mod row;
mod sample;
mod summary;

pub use audit::{AuditRecord, AuditRecordError, AuditedModel, TestedImages};
pub use entry::{AuditEntry, Conclusion};
pub use gate::{AuditGate, AuditGateError, AuditGateResult};
pub use row::FigureRow;
pub use sample::SampleRecord;
