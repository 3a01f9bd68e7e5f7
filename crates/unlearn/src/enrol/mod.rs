//! What can be known of a model and its codes before anybody asks it to forget:
//! kept beside the codes, it leaves a request almost nothing to do.

mod enrolment;
mod error;
mod features;
mod file;
mod shard;
mod tensor_sum;
mod tensor_totals;
mod totals;

pub use enrolment::Enrolment;
pub use error::EnrolError;
pub use features::{BLEND_RATIOS, Features};
pub use file::{EnrolmentKind, EnrolmentMetadata};
pub use shard::{PartialEnrolment, Shard};
pub use tensor_totals::{Taken, TensorTotals};
pub use totals::Totals;
