//! One figure of all models.

use maud::{Markup, html};
use unlearn::audit::{About, Comparison, Estimate, Good, Role, Unit, Verdict};

use super::mark;
use crate::{AuditRecord, FigureRow};

const WIDTH: f64 = 260.0;
const EDGE: f64 = 8.0;

/// A table of one figure: per model the number, its interval, a picture, and
/// how it stands beside the retrained models.
pub fn figure(record: &AuditRecord, row: &FigureRow) -> Markup {
    let roles = record.roles();
    let scale = Scale::of(row);
    let good = match (row.about, row.good) {
        (About::Deed, _) => String::new(),
        (_, Good::Low) => format!(" (low is good; {} more matter)", row.unit_text(row.margin)),
        (_, Good::High) => format!(" (high is good; {} less matter)", row.unit_text(row.margin)),
    };
    html! {
        div .scroll tabindex="0" role="region" aria-label=(row.label) {
            table .figure {
                caption {
                    b { (row.label) } (good) ". " (row.sentence)
                    " " code { (row.key) }
                }
                thead { tr {
                    th scope="col" { "Model" } th scope="col" .number { "Value" } th scope="col" .number { "95 % interval" }
                    th scope="col" { "Scale: " (scale.ends(row)) } th scope="col" { "Beside the retrained, and how much worse" }
                } }
                tbody {
                    @for (place, model) in record.models.iter().enumerate() {
                        @if let Some(estimate) = &row.estimates[place] {
                            tr {
                                th scope="row" { (mark::key(model.role)) " " (model.name) }
                                td .number { (row.unit_text(estimate.value)) }
                                td .number { (interval(row, estimate)) }
                                td .picture { (picture(row, &scale, &roles, model.role, estimate)) }
                                td { @if let Some(comparison) = &row.comparisons[place] { (beside(row, comparison)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The verdict, and by how much the model is worse than the retrained one nearest to it, which decides.
fn beside(row: &FigureRow, comparison: &Comparison) -> Markup {
    let excess = comparison.excess.filter(|_| row.about != About::Deed);
    html! {
        (verdict(comparison.verdict))
        @if let Some(excess) = excess {
            br;
            small {
                (number(row, excess.value))
                @if let Some([low, high]) = excess.interval {
                    @if low < high { " (" (number(row, low)) " to " (number(row, high)) ")" }
                }
            }
        }
    }
}

/// A number with as many places as the figure's unit has.
fn number(row: &FigureRow, value: f64) -> String {
    match row.unit {
        Unit::Number => format!("{value:.3}"),
        Unit::Percent | Unit::Points | Unit::Steps => format!("{value:.1}"),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::ToldApart => "told apart",
        Verdict::NotToldApart => "not told apart",
        Verdict::Undecided => "undecided",
        Verdict::NoReference => "no other to compare with",
        Verdict::NotJudged => "",
    }
}

fn interval(row: &FigureRow, estimate: &Estimate) -> String {
    match estimate.interval {
        Some([low, high]) if low == high => "no width".to_owned(),
        Some([low, high]) => format!("{} to {}", number(row, low), number(row, high)),
        None => "none".to_owned(),
    }
}

/// From numbers to places.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(row: &FigureRow) -> Self {
        let numbers = row.estimates.iter().flatten().flat_map(|estimate| {
            let ends = estimate.interval.unwrap_or([estimate.value; 2]);
            [estimate.value, ends[0], ends[1]]
        });
        let start: [f64; 2] = match row.unit {
            Unit::Percent => [0.0, 100.0],
            _ => [0.0, 0.0],
        };
        let [low, high] = numbers.fold(start, |[low, high], n| [low.min(n), high.max(n)]);
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high }
    }

    fn place(&self, value: f64) -> f64 {
        EDGE + (value - self.low) / (self.high - self.low) * (WIDTH - 2.0 * EDGE)
    }

    fn ends(&self, row: &FigureRow) -> String {
        format!(
            "{} to {}",
            row.unit_text(self.low),
            row.unit_text(self.high)
        )
    }
}

/// The number with its interval on a line; a band shows where the retrained
/// models lie. What it shows stands in the table's other cells.
fn picture(
    row: &FigureRow,
    scale: &Scale,
    roles: &[Role],
    role: Role,
    estimate: &Estimate,
) -> Markup {
    let n = |value: f64| format!("{value:.1}");
    let band = row
        .retrained_range(roles)
        .map(|ends| ends.map(|value| scale.place(value)));
    let at = scale.place(estimate.value);
    html! {
        svg width=(WIDTH) height="20" viewBox={ "0 0 " (WIDTH) " 20" } aria-hidden="true" {
            @if let Some([low, high]) = band {
                rect .band x=(n(low - 2.0)) y="0" width=(n(high - low + 4.0)) height="20" {}
            }
            line .axis x1=(n(EDGE)) y1="10" x2=(n(WIDTH - EDGE)) y2="10" {}
            @if let Some([low, high]) = estimate.interval {
                line .(mark::class(role)) .whisker x1=(n(scale.place(low))) y1="10" x2=(n(scale.place(high))) y2="10" {}
            }
            (mark::shape(role, at, 10.0))
        }
    }
}
