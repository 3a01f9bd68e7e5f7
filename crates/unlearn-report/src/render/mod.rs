//! Records made readable.

mod json;
mod page;

pub use json::json;
pub use page::page;
