//! The methods of others, and controls; one file each.

mod bias_shift;
mod certified_removal;
mod cf_k;
mod cholesky;
mod error_noise;
mod fast_mu;
mod fine_tune;
mod gradient_ascent;
mod importance;
mod last_layer;
mod lfssd;
mod lwsf;
mod neggrad_plus;
mod noise;
mod ntk_f;
mod random_label;
mod retrain;
mod sfdn;
mod ssd;
mod zero_unit;

pub use bias_shift::BiasShift;
pub use certified_removal::CertifiedRemoval;
pub use cf_k::CfK;
pub use error_noise::ErrorNoise;
pub use fast_mu::FastMu;
pub use fine_tune::FineTune;
pub use gradient_ascent::GradientAscent;
pub use lfssd::Lfssd;
pub use lwsf::Lwsf;
pub use neggrad_plus::NegGradPlus;
pub use ntk_f::NtkF;
pub use random_label::RandomLabel;
pub use retrain::Retrain;
pub use sfdn::Sfdn;
pub use ssd::Ssd;
pub use zero_unit::ZeroUnit;
