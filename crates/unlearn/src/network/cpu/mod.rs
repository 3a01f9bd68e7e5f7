//! Direct access to numbers in main memory, for operations whose general form is slow there.

mod matrix;
mod numbers;
mod scratch;
mod wide;

pub(super) use matrix::{Matrix, MatrixMut, multiply};
pub(super) use numbers::Numbers;
pub(super) use scratch::Scratch;
pub(crate) use wide::wide;
