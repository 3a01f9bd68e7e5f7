//! One file per command.

mod demo;
mod evaluate;
mod forget;
mod inspect;
mod run;
mod train;

pub use run::run;
