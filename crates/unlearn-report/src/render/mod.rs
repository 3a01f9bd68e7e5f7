//! Records made readable.

mod json;

pub use json::json;
