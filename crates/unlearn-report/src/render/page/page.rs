//! The whole page.

use maud::html;

use super::frame::Frame;
use super::{asked, confusion, entry, overview, samples, words};
use crate::AuditRecord;

/// The record of an audit as one HTML file: no network and no script are needed
/// to read it, and the record itself is embedded as JSON (`id="record"`).
pub fn page(record: &AuditRecord) -> String {
    let classes = record.forgotten.join("\u{201d}, \u{201c}");
    let title = format!("What is left of \u{201c}{classes}\u{201d}?");
    let made = record.audits.iter().filter(|audit| audit.skipped.is_none());
    let made: Vec<_> = made.collect();
    let content = html! {
        (overview::summary(record))
        (asked::asked(record))
        (overview::verdicts(record))
        (samples::samples(record))
        (confusion::confusions(record))
        h2 #audits { "The audits one by one" }
        (super::mark::legend(&record.roles()))
        @for audit in made { (entry::entry(record, audit)) }
        (words::words())
        (asked::settings(record))
    };
    let frame = Frame {
        kind: "audit",
        kicker: "Audit of a model that is said to have forgotten",
        skip: "Skip to the verdict",
        again: "unlearn report RECORD --out FILE",
        title: &title,
        version: &record.version,
    };
    frame.around(&content, record)
}
