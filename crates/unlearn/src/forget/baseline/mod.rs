//! The methods of others, and controls; one file each.

mod bias_shift;
mod cf_k;
mod fast_mu;
mod fine_tune;
mod gradient_ascent;
mod importance;
mod lfssd;
mod neggrad_plus;
mod noise;
mod random_label;
mod retrain;
mod sfdn;
mod ssd;
mod zero_unit;

pub use bias_shift::BiasShift;
pub use cf_k::CfK;
pub use fast_mu::FastMu;
pub use fine_tune::FineTune;
pub use gradient_ascent::GradientAscent;
pub use lfssd::Lfssd;
pub use neggrad_plus::NegGradPlus;
pub use random_label::RandomLabel;
pub use retrain::Retrain;
pub use sfdn::Sfdn;
pub use ssd::Ssd;
pub use zero_unit::ZeroUnit;
