//! Forgetting classes: what (request), how (method), and the two together (job).

mod algorithm;
mod baseline;
mod catalog;
mod code_answers;
mod code_measures;
mod confidence;
mod context;
mod error;
mod gate;
mod job;
mod method;
mod mnemonic;
mod need;
mod recommended;
mod request;
mod settings;
mod step;
mod transplant;

pub use algorithm::Algorithm;
pub use catalog::{CATALOG, CatalogEntry, method};
pub use code_answers::CodeAnswers;
pub use code_measures::CodeMeasures;
pub use confidence::{confidence, log_odds};
pub use context::Context;
pub use error::ForgetError;
pub use gate::{Breach, Gate, MAX_KEPT_LOSS};
pub use job::{Change, ForgottenClass, Job, Outcome};
pub use method::{Forgotten, Method};
pub use mnemonic::{Candidate, Mnemonic, MnemonicSettings, Perturbation, Scope, Sign, eta};
pub use need::Need;
pub use recommended::{Recommended, recommended};
pub use request::Request;
pub use step::{CurvePoint, Step};
