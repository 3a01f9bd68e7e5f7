//! Training a classifier while codes are planted.

mod batches;
mod error;
mod observer;
mod optimizer;
mod resume;
mod schedule;
mod settings;
mod sgd;
mod trainer;

pub use error::TrainError;
pub use observer::{Flow, Observer, Progress};
pub(crate) use optimizer::Optimizer;
pub use optimizer::{OptimizerKind, OptimizerSettings};
pub use resume::InterruptedRun;
pub use schedule::Schedule;
pub use settings::{TrainParameters, TrainSettings};
pub use trainer::{EpochRecord, Trainer};
