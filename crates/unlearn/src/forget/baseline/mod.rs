//! The methods of others, and controls; one file each.

mod bad_teacher;
mod bias_shift;
mod boundary_expand;
mod boundary_shrink;
mod cf_k;
mod channel_mask;
mod erm_ktp;
mod fine_tune;
mod gradient_ascent;
mod jit;
mod neggrad_plus;
mod random_label;
mod retrain;
mod salun;
mod scrub;
mod zero_unit;

pub use bad_teacher::BadTeacher;
pub use bias_shift::BiasShift;
pub use boundary_expand::BoundaryExpand;
pub use boundary_shrink::BoundaryShrink;
pub use cf_k::CfK;
use channel_mask::ChannelMask;
pub use erm_ktp::ErmKtp;
pub use fine_tune::FineTune;
pub use gradient_ascent::GradientAscent;
pub use jit::JiT;
pub use neggrad_plus::NegGradPlus;
pub use random_label::RandomLabel;
pub use retrain::Retrain;
pub use salun::SalUn;
pub use scrub::Scrub;
pub use zero_unit::ZeroUnit;
