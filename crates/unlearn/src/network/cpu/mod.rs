//! Direct access to numbers in main memory, for operations whose general form is slow there.

mod matrix;
mod numbers;

pub(super) use matrix::{Matrix, multiply};
pub(super) use numbers::Numbers;
