//! How often which numbers occur, a drawing per model.

use maud::{Markup, html};
use unlearn::audit::{Histogram, HistogramGroup};

use super::axis::{Frame, n};
use crate::render::page::mark;
use crate::{AuditEntry, AuditRecord, AuditedModel};

/// The audit's histograms, one drawing per model on the same axes.
pub fn charts(record: &AuditRecord, audit: &AuditEntry) -> Markup {
    let drawn = record.models.iter().zip(&audit.findings);
    let drawn = drawn.filter_map(|(model, finding)| Some((model, finding.histograms.first()?)));
    let drawn: Vec<(&AuditedModel, &Histogram)> = drawn.collect();
    let Some((_, first)) = drawn.first() else {
        return html! {};
    };
    let shares = drawn
        .iter()
        .flat_map(|(_, histogram)| &histogram.groups)
        .flat_map(percents);
    let most = shares.fold(1.0, f64::max);
    html! {
        figure .chart .wide {
            figcaption { (first.title) ", " (first.x) }
            ul .legend aria-label="Groups" {
                @for (place, group) in first.groups.iter().enumerate() {
                    li {
                        svg .key width="34" height="12" viewBox="0 0 34 12" aria-hidden="true" {
                            line .group .{ "group-" (place) } x1="1" y1="6" x2="33" y2="6" {}
                        }
                        " " (group.label)
                    }
                }
            }
            div .panels { @for (model, histogram) in &drawn { (panel(model, histogram, most)) } }
        }
    }
}

fn panel(model: &AuditedModel, histogram: &Histogram, most: f64) -> Markup {
    let (first, last) = (histogram.edges.first(), histogram.edges.last());
    let frame = Frame {
        width: 300.0,
        height: 180.0,
        x: [first.copied().unwrap_or(0.0), last.copied().unwrap_or(1.0)],
        y: [0.0, most],
        below: 36.0,
    };
    html! {
        figure .panel {
            figcaption { (mark::key(model.role)) " " (model.name) }
            svg viewBox="0 0 300 180" role="img" aria-label=(described(histogram)) {
                (frame.axes("log10 of the loss", "percent of images", &[]))
                @for (place, group) in histogram.groups.iter().enumerate() {
                    polyline .group .{ "group-" (place) } points=(steps(&frame, &histogram.edges, group)) {}
                }
            }
        }
    }
}

/// The percent of a group's samples in each bin.
fn percents(group: &HistogramGroup) -> Vec<f64> {
    let all = group.counts.iter().sum::<usize>().max(1) as f64;
    group
        .counts
        .iter()
        .map(|count| 100.0 * *count as f64 / all)
        .collect()
}

/// The outline of a group's bins.
fn steps(frame: &Frame, edges: &[f64], group: &HistogramGroup) -> String {
    let ends = edges.windows(2).zip(percents(group));
    let points = ends.flat_map(|(ends, percent)| [[ends[0], percent], [ends[1], percent]]);
    let points = points.map(|[x, y]| format!("{},{}", n(frame.x(x)), n(frame.y(y))));
    points.collect::<Vec<_>>().join(" ")
}

/// Where the middle of every group lies, in words.
fn described(histogram: &Histogram) -> String {
    let middles = histogram.groups.iter().filter_map(|group| {
        let all: usize = group.counts.iter().sum();
        let mut seen = 0;
        let bin = group.counts.iter().position(|count| {
            seen += count;
            2 * seen >= all
        })?;
        let ends = histogram.edges.get(bin..bin + 2)?;
        Some(format!("half of {} lie below {}", group.label, ends[1]))
    });
    format!(
        "{}: {}.",
        histogram.x,
        middles.collect::<Vec<_>>().join("; ")
    )
}
