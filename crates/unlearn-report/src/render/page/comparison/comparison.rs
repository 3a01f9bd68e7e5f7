//! The whole page.

use maud::html;

use super::{asked, failures, overview, sign, table, words};
use crate::render::page::frame::Frame;
use crate::{CellRecord, ComparisonRecord, VERSION};

/// The cells of a comparison as one HTML file: no network and no script are needed to read it, and
/// the cells themselves are embedded as JSON (`id="record"`).
pub fn comparison_page(cells: &[CellRecord]) -> String {
    let title = match cells.first() {
        Some(cell) if !cell.experiment.is_empty() => &*cell.experiment,
        _ => "A comparison of methods",
    };
    let record = ComparisonRecord::new(title, cells);
    let version = cells.first().map_or(VERSION, |cell| &cell.result.version);
    let content = html! {
        (overview::summary(&record, cells))
        (asked::originals(cells))
        h2 #tables { "Method by method" }
        (sign::legend())
        @for (place, of_original) in record.tables.iter().enumerate() { (table::table(of_original, place)) }
        (failures::failures(cells))
        (asked::methods(cells))
        (words::words())
    };
    let frame = Frame {
        kind: "comparison",
        kicker: "Comparison of methods that make a model forget",
        skip: "Skip to what was found",
        again: "unlearn report RECORDS.jsonl --out FILE",
        title,
        version,
    };
    frame.around(&content, &cells)
}
