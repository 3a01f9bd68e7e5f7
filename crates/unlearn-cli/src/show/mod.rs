//! Records as short readable tables.

mod demo;
mod evaluate;
mod forget;
mod inspect;
mod number;
mod train;

pub use demo::demo;
pub use evaluate::evaluate;
pub use forget::forget;
pub use inspect::inspect;
pub use number::{count, percent, seconds};
pub use train::train;
