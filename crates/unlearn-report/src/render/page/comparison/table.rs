//! All methods on one original.

use maud::{Markup, html};

use super::{drawing, sign};
use crate::render::numbers::{or_dash, plain, scientific, seconds, worst};
use crate::render::page::mark;
use crate::{ComparisonRow, ComparisonTable, FisherRow, Spread};

/// All methods on one original: a drawing, and the numbers.
pub fn table(table: &ComparisonTable, place: usize) -> Markup {
    let id = format!("table-{place}");
    let title = table.title();
    html! {
        section .audit aria-labelledby=(id) {
            h3 #(id) { (title) }
            (drawing::drawing(table))
            div .scroll tabindex="0" role="region" aria-label={ "Numbers: " (title) } {
                table {
                    caption { "Means and standard deviations over training seeds. Bold: above every other method by more than the noise." }
                    thead { tr {
                        th scope="col" { "Row" }
                        @for name in ["A_R in %", "E_F in %", "worst kept class", "seconds", "backward passes", "tried"] {
                            th scope="col" .number { (name) }
                        }
                    } }
                    tbody { @for row in &table.rows { (line(row)) } }
                }
            }
            (fisher(&table.fisher))
        }
    }
}

fn line(row: &ComparisonRow) -> Markup {
    let measure = |spread: Option<Spread>, is_best: bool| {
        let text = or_dash(spread, plain);
        html! { td .number { @if is_best { strong { (text) } } @else { (text) } } }
    };
    html! {
        tr {
            th scope="row" {
                (mark::key(sign::role(row))) " "
                @if row.is_control { i { (row.name) } } @else { (row.name) }
                @if row.failed_cells > 0 { br; small { (row.failed_cells) " failed" } }
            }
            (measure(row.kept_accuracy, row.is_best_kept))
            (measure(row.forgotten_error, row.is_best_forgotten))
            td .number { (or_dash(row.worst_kept.as_ref(), worst)) }
            td .number { (or_dash(row.seconds, seconds)) }
            td .number { (or_dash(row.backward_passes, |passes| format!("{:.0}", passes.mean))) }
            td .number { (or_dash(row.trials, |trials| trials.to_string())) }
        }
    }
}

/// The errors of Fisher diagonals; nothing where there are none.
fn fisher(rows: &[FisherRow]) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    html! {
        div .scroll tabindex="0" role="region" aria-label="Fisher diagonals" {
            table {
                caption {
                    "Fisher diagonals f_F of the forgotten and f_R of the kept classes, beside those of all training images in "
                    "the same network: mean absolute error; length of the error over that of the exact diagonal (1 for zeros); "
                    "Spearman's rank correlation, also of eta = f_F / f_R."
                }
                thead { tr {
                    th scope="col" { "Diagonals" }
                    @for name in ["f_F error", "relative", "rank", "f_R error", "relative", "rank", "eta rank"] {
                        th scope="col" .number { (name) }
                    }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { @if row.is_control { i { (row.name) } } @else { (row.name) } }
                            @for errors in [&row.forgotten, &row.kept] {
                                td .number { (or_dash(errors.mean_absolute, scientific)) }
                                td .number { (or_dash(errors.relative, plain)) }
                                td .number { (or_dash(errors.rank_correlation, plain)) }
                            }
                            td .number { (or_dash(row.eta_rank_correlation, plain)) }
                        }
                    }
                }
            }
        }
    }
}
