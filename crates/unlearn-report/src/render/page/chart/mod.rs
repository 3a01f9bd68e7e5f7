//! Pictures of what audits found, as SVG.

mod axis;
pub mod bars;
pub mod histograms;
pub mod lines;
