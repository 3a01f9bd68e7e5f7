//! What people type.

mod check;
mod cli;
mod compare;
mod data;
mod demo;
mod enrol;
mod evaluate;
mod finite;
mod forget;
mod image_size;
mod inspect;
mod merge;
mod methods;
mod network;
mod one_of;
mod setting;
mod train;

pub use check::CheckArgs;
pub use cli::{Cli, Command};
pub use compare::CompareArgs;
pub use data::{DataArgs, ReadingArgs};
pub use demo::DemoArgs;
pub use enrol::EnrolArgs;
pub use evaluate::EvaluateArgs;
pub use forget::ForgetArgs;
pub use image_size::ImageSize;
pub use inspect::InspectArgs;
pub use merge::MergeArgs;
pub use methods::MethodsArgs;
pub use network::NetworkArgs;
pub use train::{NormalizationChoice, TrainArgs};
