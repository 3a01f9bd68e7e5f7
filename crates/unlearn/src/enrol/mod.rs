//! What can be known of a model and its codes before anybody asks it to forget:
//! kept beside the codes, it leaves a request almost nothing to do.

mod enrolment;
mod error;
mod features;
mod file;
mod partial;
mod shard;
mod taken;
mod tensor_sum;
mod tensor_totals;
mod totals;

pub use enrolment::Enrolment;
pub use error::EnrolError;
pub use features::{BLEND_RATIOS, Features};
pub use file::{EnrolmentKind, EnrolmentMetadata};
pub use partial::PartialEnrolment;
pub use shard::Shard;
pub use taken::Taken;
pub use tensor_totals::TensorTotals;
pub use totals::Totals;
