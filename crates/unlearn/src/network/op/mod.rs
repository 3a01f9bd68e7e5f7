//! Operations: one file each, with its shapes, forward, backward and Fisher rule.

mod add;
mod avg_pool;
mod batch_norm;
mod conv2d;
mod dropout;
mod elementwise;
mod flatten;
mod gelu;
mod global_avg_pool;
mod leaky_relu;
mod linear;
mod max_pool;
mod operation;
mod pool;
mod relu;
mod sigmoid;
mod unflatten;
mod upsample;

pub use add::Add;
pub use avg_pool::AvgPool;
pub use batch_norm::BatchNorm;
pub use conv2d::Conv2d;
pub use dropout::Dropout;
use elementwise::same_shape;
pub use flatten::Flatten;
pub use gelu::Gelu;
pub use global_avg_pool::GlobalAvgPool;
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use max_pool::MaxPool;
pub use operation::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
pub use pool::Window;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use unflatten::Unflatten;
pub use upsample::Upsample;
