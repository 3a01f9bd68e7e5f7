//! One file per command.

mod compare;
mod demo;
mod enrol;
mod evaluate;
mod forget;
mod inspect;
mod merge;
mod methods;
mod run;
mod train;

pub use run::run;
