//! What the images of each class look like to a network, on average: kept when training ends, so that a
//! class's features can be moved later without images.

mod class_means;
mod hull;
mod layer;
mod measure;
mod moments;
mod reach;
mod seen;
mod shift;
mod stored;

pub use class_means::ClassMeans;
pub(crate) use layer::FeatureLayer;
pub(crate) use shift::Shift;
pub(crate) use stored::{NAMES, take, tensors};
