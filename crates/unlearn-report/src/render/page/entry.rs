//! One audit.

use maud::{Markup, html};

use super::chart::{bars, histograms, lines};
use super::{figure, overview};
use crate::{AuditEntry, AuditRecord};

/// One audit: its question, what it says, its figures and pictures.
pub fn entry(record: &AuditRecord, audit: &AuditEntry) -> Markup {
    let notes = record.models.iter().zip(&audit.findings);
    let notes = notes.filter(|(_, finding)| !finding.notes.is_empty());
    let notes: Vec<_> = notes.collect();
    let telling = audit.telling(&record.roles()).into_iter();
    let telling: Vec<&str> = telling.map(|figure| figure.label.as_str()).collect();
    html! {
        section .audit aria-labelledby=(audit.name) {
            h3 #(audit.name) { (audit.title) " " (overview::badge(audit.conclusion)) }
            p { b { (audit.question) } }
            p { (audit.reading) }
            p .says {
                (audit.sentence)
                @if !telling.is_empty() { " Told apart by: " (telling.join("; ")) "." }
            }
            @if let Some((first, others)) = audit.figures.split_first() {
                (figure::figure(record, first))
                @if !others.is_empty() {
                    details {
                        summary { "More figures of this audit (" (others.len()) ")" }
                        @for row in others { (figure::figure(record, row)) }
                    }
                }
            }
            div .charts {
                (lines::charts(record, audit))
                (bars::charts(record, audit))
                (histograms::charts(record, audit))
            }
            @if !notes.is_empty() {
                details {
                    summary { "Notes" }
                    ul { @for (model, finding) in notes { li { b { (model.name) } ": " (finding.notes.join(" ")) } } }
                }
            }
        }
    }
}
