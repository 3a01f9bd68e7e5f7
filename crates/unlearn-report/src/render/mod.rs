//! Records made readable.

mod csv;
mod json;
mod markdown;
mod numbers;
mod page;

pub use csv::comparison_csv;
pub use json::{json, json_line};
pub use markdown::comparison_markdown;
pub use page::{comparison_page, page};
