//! Transplanting output units: a forgotten class gets the unit of a class that the
//! network never saw, and its features lose what no kept class's unit reads.

mod code_features;
mod largest_part;
mod never_seen;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod transplant;
mod way;

use code_features::code_features;
use largest_part::largest_part;
use never_seen::never_seen;
pub use transplant::Transplant;
use way::{Moved, Way};
