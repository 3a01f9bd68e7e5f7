//! Forgetting classes: what (request), how (method), and the two together (job).

mod bias_shift;
mod catalog;
mod code_measures;
mod confidence;
mod error;
mod gate;
mod job;
mod method;
mod mnemonic;
mod request;
mod step;

pub use bias_shift::{BiasShift, BiasShiftSettings};
pub use catalog::{CATALOG, CatalogEntry, method};
pub use code_measures::CodeMeasures;
pub use confidence::{confidence, log_odds};
pub use error::ForgetError;
pub use gate::{Breach, Gate, MAX_KEPT_LOSS};
pub use job::{Change, ForgottenClass, Job, Outcome};
pub use method::{Context, Forgotten, Method};
pub use mnemonic::{Candidate, Mnemonic, MnemonicSettings, Perturbation, Scope, Sign, eta};
pub use request::Request;
pub use step::{CurvePoint, Step};
