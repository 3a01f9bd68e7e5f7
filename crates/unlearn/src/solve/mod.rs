//! Linear systems in double precision.

mod cholesky;
mod gram;

pub use cholesky::{Cholesky, dot};
pub use gram::{add_gram, add_to_diagonal};
