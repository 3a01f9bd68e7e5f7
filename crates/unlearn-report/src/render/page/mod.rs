//! The page of an audit: one HTML file that needs nothing else.

mod asked;
mod chart;
mod confusion;
mod entry;
mod figure;
mod mark;
mod overview;
#[expect(
    clippy::module_inception,
    reason = "the page gives the folder its name"
)]
mod page;
mod samples;
mod words;

pub use page::page;
