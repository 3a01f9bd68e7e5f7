//! The whole page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{asked, confusion, entry, overview, samples, words};
use crate::AuditRecord;

const STYLE: &str = include_str!("style.css");

/// The record of an audit as one HTML file: no network and no script are needed
/// to read it, and the record itself is embedded as JSON (`id="record"`).
pub fn page(record: &AuditRecord) -> String {
    let classes = record.forgotten.join("\u{201d}, \u{201c}");
    let title = format!("What is left of \u{201c}{classes}\u{201d}?");
    let made = record.audits.iter().filter(|audit| audit.skipped.is_none());
    let made: Vec<_> = made.collect();
    let content = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " - audit by unlearn" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a .skip href="#content" { "Skip to the verdict" }
                header {
                    p .kicker { "Audit of a model that is said to have forgotten" }
                    h1 { (title) }
                }
                main #content {
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
                }
                footer {
                    p {
                        "Made by unlearn " (record.version)
                        ". The record that this page was made of is embedded in it as JSON; "
                        code { "unlearn report RECORD --out FILE" } " makes the page again."
                    }
                }
                (embedded(record))
            }
        }
    };
    content.into_string()
}

/// The record as data in the page: nothing runs it.
fn embedded(record: &AuditRecord) -> Markup {
    let json = serde_json::to_string(record)
        .unwrap_or_else(|error| unreachable!("records have plain keys and values: {error}"));
    // No text within can end the element.
    let json = json.replace('<', "\\u003c");
    html! { script #record type="application/json" { (PreEscaped(json)) } }
}
