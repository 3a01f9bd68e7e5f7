//! The page of a comparison: one HTML file that needs nothing else.

mod asked;
#[expect(
    clippy::module_inception,
    reason = "the comparison gives the folder its name"
)]
mod comparison;
mod drawing;
mod failures;
mod overview;
mod sign;
mod table;
mod words;

pub use comparison::comparison_page;
