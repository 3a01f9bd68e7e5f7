//! Diagonal Fisher information from codes or other samples.

mod batched;
mod diagonal;
mod error;
mod images;
mod sequential;
mod squares;

pub use batched::fisher_batched;
pub(crate) use batched::together;
pub use diagonal::Fisher;
pub use error::{FisherError, rank_correlation};
pub use images::fisher_of_images;
pub use sequential::fisher_sequential;
pub(crate) use squares::{visit_code_squares, visit_squares};
