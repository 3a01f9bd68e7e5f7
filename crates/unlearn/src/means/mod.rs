//! What the images of each class look like to a network, on average: kept when training ends, so that a
//! class's features can be moved later without images.

mod balance;
mod class_means;
mod cost;
mod curve;
mod hull;
mod kept_rows;
mod layer;
mod layer_move;
mod measure;
mod moments;
mod response;
mod rows;
mod seen;
mod shift;
mod spread;
mod stored;
mod through;
mod wanted;

pub use class_means::ClassMeans;
pub(crate) use layer::FeatureLayer;
pub(crate) use shift::{SPREAD, Shift};
pub(crate) use stored::{NAMES, take, tensors};
