//! What people type.

mod audit;
mod check;
mod cli;
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
mod recipe;
mod report;
mod setting;
mod train;

pub use audit::AuditArgs;
pub use check::CheckArgs;
pub use cli::{Cli, Command};
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
pub use recipe::RecipeArgs;
pub use report::ReportArgs;
pub use train::{NormalizationChoice, TrainArgs};
