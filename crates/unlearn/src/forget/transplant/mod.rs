//! Transplanting output units: a forgotten class gets the unit of a class that the
//! network never saw.

mod never_seen;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod transplant;

use never_seen::never_seen;
pub use transplant::Transplant;
