//! Diagonal Fisher information from codes or other samples.

mod batched;
mod diagonal;
mod sequential;

pub use batched::fisher_batched;
pub use diagonal::Fisher;
pub use sequential::fisher_sequential;
