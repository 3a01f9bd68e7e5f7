//! Pictures of what audits found, as SVG.

pub mod axis;
pub mod bars;
pub mod histograms;
pub mod lines;
