//! Diagonal Fisher information from codes or other samples.

mod batched;
mod diagonal;
mod error;
mod images;
mod sequential;
mod squares;

pub(crate) use batched::TOGETHER;
pub use batched::fisher_batched;
pub use diagonal::Fisher;
pub use error::{FisherError, rank_correlation};
pub use images::fisher_of_images;
pub use sequential::fisher_sequential;
pub(crate) use squares::{visit_code_squares, visit_squares};
