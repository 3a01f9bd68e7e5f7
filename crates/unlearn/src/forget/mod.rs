//! Forgetting classes: what (request), how (method), and the two together (job).

mod candidate;
mod catalog;
mod code_measures;
mod error;
mod job;
mod method;
mod mnemonic;
mod perturbation;
mod request;
mod scope;

pub use candidate::{Candidate, Sign};
pub use catalog::{CATALOG, CatalogEntry, method};
pub use code_measures::CodeMeasures;
pub use error::ForgetError;
pub use job::{Change, Job, Outcome};
pub use method::{Context, Forgotten, Method};
pub use mnemonic::{Mnemonic, MnemonicSettings};
pub use perturbation::{Perturbation, eta};
pub use request::Request;
pub use scope::Scope;
