//! Records as short readable tables.

mod audit;
mod compare;
mod confidence;
mod demo;
mod enrol;
mod evaluate;
mod evaluations;
mod forget;
mod inspect;
mod methods;
mod number;
mod steps;
mod train;

pub use audit::audit;
pub use compare::compare;
pub use demo::demo;
pub use enrol::enrol;
pub use evaluate::evaluate;
pub use evaluations::evaluations;
pub use forget::forget;
pub use inspect::inspect;
pub use methods::methods;
pub use number::{count, percent, seconds, short};
pub use train::train;
