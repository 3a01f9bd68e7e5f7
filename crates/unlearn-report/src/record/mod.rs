//! Plain records: numbers first, pages second.

mod data_summary;
mod demo;
mod evaluate;
mod forget;
mod inspect;
mod schema;
mod settings;
mod train;

pub use data_summary::DataSummary;
pub use demo::{DemoFiles, DemoRecord, DemoSeconds};
pub use evaluate::EvaluateRecord;
pub use forget::{ForgetRecord, TensorChange};
pub use inspect::{FileContent, InspectRecord, ParameterSummary};
pub use schema::{SCHEMA, VERSION};
pub use settings::public_settings;
pub use train::TrainRecord;
