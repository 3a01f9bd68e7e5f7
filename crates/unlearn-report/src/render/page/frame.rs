//! What stands around the content of every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;

const STYLE: &str = include_str!("style.css");

/// What a page says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What it is of, in a word.
    pub kind: &'a str,
    /// Over the title.
    pub kicker: &'a str,
    pub title: &'a str,
    /// What readers by keyboard jump to.
    pub skip: &'a str,
    /// The command that makes the page again.
    pub again: &'a str,
    /// Of the program that made the record.
    pub version: &'a str,
}

impl Frame<'_> {
    /// The whole page, with the record that it was made of embedded.
    pub fn around(self, content: &Markup, record: &impl Serialize) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " - " (self.kind) " by unlearn" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a .skip href="#content" { (self.skip) }
                    header {
                        p .kicker { (self.kicker) }
                        h1 { (self.title) }
                    }
                    main #content { (content) }
                    footer {
                        p {
                            "Made by unlearn " (self.version)
                            ". The record that this page was made of is embedded in it as JSON; "
                            code { (self.again) } " makes the page again."
                        }
                    }
                    (embedded(record))
                }
            }
        };
        page.into_string()
    }
}

/// The record as data in the page: nothing runs it.
fn embedded(record: &impl Serialize) -> Markup {
    let json = serde_json::to_string(record)
        .unwrap_or_else(|error| unreachable!("records have plain keys and values: {error}"));
    // No text within can end the element.
    let json = json.replace('<', "\\u003c");
    html! { script #record type="application/json" { (PreEscaped(json)) } }
}
