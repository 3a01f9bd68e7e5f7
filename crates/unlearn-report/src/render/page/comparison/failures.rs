//! Cells that gave no model.

use maud::{Markup, html};

use crate::CellRecord;

/// Every cell that gave no model, and why; nothing where all did.
pub fn failures(cells: &[CellRecord]) -> Markup {
    let failed = cells
        .iter()
        .filter_map(|cell| Some((cell, cell.result.failure.as_ref()?)));
    let failed: Vec<_> = failed.collect();
    if failed.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="failed" {
            h2 #failed { "Cells that gave no model" }
            p { "They are left out of the means, and counted beside the name of their row." }
            div .scroll tabindex="0" role="region" aria-label="Cells that gave no model" {
                table {
                    caption { (failed.len()) " of " (cells.len()) " cells" }
                    thead { tr {
                        th scope="col" { "Row" } th scope="col" { "Original" } th scope="col" { "Seed" }
                        th scope="col" { "Without" } th scope="col" { "Why" }
                    } }
                    tbody {
                        @for (cell, why) in &failed {
                            tr {
                                th scope="row" { (cell.row) }
                                td { (cell.original) }
                                td { (cell.seed) }
                                td { (cell.forgotten.join(", ")) }
                                td { (why) }
                            }
                        }
                    }
                }
            }
        }
    }
}
