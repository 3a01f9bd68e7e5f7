//! Experiments: data x network x training seeds x forgotten classes x methods, from one file.
//!
//! An experiment file (docs/compare.md) is read by [`Experiment::read`] and planned by [`Plan::new`], which
//! reads the data and refuses whatever cannot be run before anything is trained. [`run`] does the
//! cells that are not done yet, several at a time if wanted, each kept in a file named by the digest of all that determines it;
//! so a run can be killed at any point, shared out ([`unlearn::enrol::Shard`]) and joined ([`adopt`]).
//! [`records`] gathers what came of all cells.

#![warn(missing_docs)]

mod axes;
mod cache;
mod cell;
mod classes;
mod data_part;
mod error;
mod experiment;
mod finite;
mod fisher_errors;
mod given;
mod jobs;
mod key;
mod merge;
mod method;
mod needs;
mod original;
mod plan;
mod progress;
mod recipe;
mod records;
mod rows;
mod run;
mod search;
mod share;
mod source;
mod standing;
mod title;
mod trained;
mod training;

pub use cell::Cell;
pub use error::CompareError;
pub use experiment::Experiment;
pub use merge::adopt;
pub use plan::Plan;
pub use progress::{Observer, Progress};
pub use records::{finished, records};
pub use run::run;
