//! Numbers of named things, of all models.

use maud::{Markup, html};

use crate::render::page::mark;
use crate::{AuditEntry, AuditRecord};

/// The audit's named numbers as tables whose cells hold bars.
pub fn charts(record: &AuditRecord, audit: &AuditEntry) -> Markup {
    let first = audit
        .findings
        .iter()
        .find_map(|finding| finding.bars.first());
    let Some(first) = first else {
        return html! {};
    };
    let drawn = record.models.iter().zip(&audit.findings);
    let drawn = drawn.filter_map(|(model, finding)| Some((model, finding.bars.first()?)));
    let drawn: Vec<_> = drawn.collect();
    let values = drawn.iter().flat_map(|(_, bars)| &bars.values);
    let most = values.fold(f64::MIN_POSITIVE, |most, value| most.max(*value));
    html! {
        div .scroll .chart tabindex="0" role="region" aria-label=(first.title) {
            table .bars {
                caption { b { (first.title) } ", " (first.y) }
                thead { tr { td {} @for (model, _) in &drawn { th scope="col" { (mark::key(model.role)) " " (model.name) } } } }
                tbody {
                    @for (at, name) in first.names.iter().enumerate() {
                        tr {
                            th scope="row" { (name) }
                            @for (model, bars) in &drawn {
                                @let value = bars.values.get(at).copied().unwrap_or(0.0);
                                td {
                                    span .bar .(mark::class(model.role)) style=(format!("--part:{:.1}%", 100.0 * value / most)) {}
                                    span .value { (text(value)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn text(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value < 0.1 => format!("{value:.1e}"),
        value => format!("{value:.1}"),
    }
}
