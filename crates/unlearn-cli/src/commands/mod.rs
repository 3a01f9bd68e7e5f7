//! One file per command.

mod audit;
mod compare;
mod demo;
mod enrol;
mod evaluate;
mod forget;
mod inspect;
mod merge;
mod methods;
mod report;
mod run;
mod train;

pub use run::run;
