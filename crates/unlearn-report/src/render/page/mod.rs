//! The pages of audits and comparisons: HTML files that need nothing else.

mod asked;
mod chart;
mod comparison;
mod confusion;
mod entry;
mod figure;
mod frame;
mod mark;
mod overview;
#[expect(
    clippy::module_inception,
    reason = "the page gives the folder its name"
)]
mod page;
mod samples;
mod words;

pub use comparison::comparison_page;
pub use page::page;
