//! Curves of all models.

use maud::{Markup, html};
use unlearn::audit::Curve;

use super::axis::{Frame, n, number};
use crate::render::page::mark;
use crate::{AuditEntry, AuditRecord, AuditedModel};

/// The audit's curves, those of all models in one drawing; a single point is
/// no curve.
pub fn charts(record: &AuditRecord, audit: &AuditEntry) -> Markup {
    let curves = audit.findings.iter().flat_map(|finding| &finding.curves);
    let mut titles: Vec<&str> = Vec::new();
    for curve in curves {
        if !titles.contains(&curve.title.as_str()) {
            titles.push(&curve.title);
        }
    }
    html! { @for title in titles { (chart(record, audit, title)) } }
}

fn chart(record: &AuditRecord, audit: &AuditEntry, title: &str) -> Markup {
    let of_models = record.models.iter().zip(&audit.findings);
    let drawn = of_models.filter_map(|(model, finding)| {
        let curve = finding.curves.iter().find(|curve| curve.title == title)?;
        (curve.points.len() > 1).then_some((model, curve))
    });
    let drawn: Vec<(&AuditedModel, &Curve)> = drawn.collect();
    let Some((_, first)) = drawn.first() else {
        return html! {};
    };
    let points = || drawn.iter().flat_map(|(_, curve)| &curve.points);
    let ends = |axis: usize, start: [f64; 2]| {
        points().fold(start, |[low, high], point| {
            [low.min(point[axis]), high.max(point[axis])]
        })
    };
    let top = if first.y.contains("percent") {
        100.0
    } else {
        1.0
    };
    let [x_low, x_high] = ends(0, [f64::MAX, f64::MIN]);
    let x = match first.places.is_empty() {
        true => [x_low, x_high.max(x_low + 1e-9)],
        false => [x_low - 0.5, x_high + 0.5],
    };
    let frame = Frame {
        width: 560.0,
        height: 290.0,
        x,
        y: ends(1, [0.0, top]),
        below: 42.0,
    };
    html! {
        figure .chart {
            figcaption { (title) }
            svg viewBox="0 0 560 290" role="img" aria-label=(described(&drawn)) {
                (frame.axes(&first.x, &first.y, &first.places))
                // The model in question is drawn last, over the others.
                @for (model, curve) in drawn.iter().filter(|(m, _)| !is_after(m)) { (line(&frame, model, curve)) }
                @for (model, curve) in drawn.iter().filter(|(m, _)| is_after(m)) { (line(&frame, model, curve)) }
            }
            p .signs {
                @for (model, _) in &drawn { span { (mark::key(model.role)) " " (model.name) } " " }
                "Lines that coincide hide each other."
            }
            (numbers(title, &drawn))
        }
    }
}

fn is_after(model: &AuditedModel) -> bool {
    model.role == unlearn::audit::Role::After
}

fn line(frame: &Frame, model: &AuditedModel, curve: &Curve) -> Markup {
    let places: Vec<[f64; 2]> = curve
        .points
        .iter()
        .map(|[x, y]| [frame.x(*x), frame.y(*y)])
        .collect();
    let points: Vec<String> = places
        .iter()
        .map(|[x, y]| format!("{},{}", n(*x), n(*y)))
        .collect();
    html! {
        polyline .(mark::class(model.role)) .line points=(points.join(" ")) {}
        @for [x, y] in places { (mark::shape(model.role, x, y)) }
    }
}

/// The ends of every curve, in words.
fn described(drawn: &[(&AuditedModel, &Curve)]) -> String {
    let ends = drawn.iter().filter_map(|(model, curve)| {
        let ([_, first], [_, last]) = (curve.points.first()?, curve.points.last()?);
        Some(format!("{} from {first:.1} to {last:.1}", model.name))
    });
    let y = drawn.first().map_or("", |(_, curve)| &curve.y);
    format!(
        "{y}: {}. All numbers are in the table that follows.",
        ends.collect::<Vec<_>>().join("; ")
    )
}

/// What is drawn, as a table.
fn numbers(title: &str, drawn: &[(&AuditedModel, &Curve)]) -> Markup {
    let Some((_, first)) = drawn.first() else {
        return html! {};
    };
    html! {
        details .numbers {
            summary { "Numbers" }
            div .scroll tabindex="0" role="region" aria-label={ "Numbers: " (title) } {
                table {
                    caption { (title) ": " (first.y) }
                    thead { tr { th scope="col" { (first.x) } @for (model, _) in drawn { th scope="col" .number { (model.name) } } } }
                    tbody {
                        @for (at, [x, _]) in first.points.iter().enumerate() {
                            tr {
                                th scope="row" { (first.places.get(at).cloned().unwrap_or_else(|| number(*x))) }
                                @for (_, curve) in drawn {
                                    td .number { (curve.points.get(at).map_or("-".to_owned(), |[_, y]| format!("{y:.2}"))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
