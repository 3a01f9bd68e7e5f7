//! What methods that train are made of: sets of samples, losses, the tuner that
//! moves a network by them, gradients without a step, and the work that was done.

mod accuracy;
mod batch;
mod clip;
mod decay;
mod elementwise;
mod gradients;
mod loss;
mod mask;
mod range;
mod samples;
mod settings;
mod tuner;
mod work;

pub use accuracy::accuracy;
pub use batch::Batch;
pub(crate) use clip::clip;
pub use decay::decayed;
pub(crate) use elementwise::{product, scaled_channels, squared_error_gradient};
pub use gradients::{gradients, input_gradient};
pub use loss::Loss;
pub use mask::Mask;
pub use range::{MOST, count, count_or_none, demand, not_negative, part, part_or_none, positive};
pub use samples::Samples;
pub use settings::{Statistics, TuneSettings};
pub use tuner::Tuner;
pub use work::{Steps, Stopped, Watch, Work};
