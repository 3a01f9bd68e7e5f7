//! What was trained, and what was done to it.

use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use unlearn::forget::CATALOG;

use crate::CellRecord;

/// What was trained: data, network, recipe, seeds, and the classes that are forgotten.
pub fn originals(cells: &[CellRecord]) -> Markup {
    let mut originals: Vec<Vec<&CellRecord>> = Vec::new();
    for cell in cells {
        let known = originals
            .iter_mut()
            .find(|cells| cells[0].original == cell.original && cells[0].varied == cell.varied);
        match known {
            Some(cells) => cells.push(cell),
            None => originals.push(vec![cell]),
        }
    }
    html! {
        section aria-labelledby="originals" {
            h2 #originals { "What was trained" }
            p { "For every training seed one model that knows all classes. Every method then makes the same models forget the same classes." }
            div .scroll tabindex="0" role="region" aria-label="Originals" {
                table .models {
                    caption { "The originals" }
                    thead { tr {
                        th scope="col" { "Original" } th scope="col" { "Images" } th scope="col" { "Network" }
                        th scope="col" { "Training" } th scope="col" { "Seeds" } th scope="col" { "Forgotten together" }
                    } }
                    tbody { @for cells in &originals { (original(cells)) } }
                }
            }
        }
    }
}

fn original(cells: &[&CellRecord]) -> Markup {
    let first = cells[0];
    let seeds = distinct(cells.iter().map(|cell| cell.seed.to_string()));
    let sets = distinct(cells.iter().map(|cell| cell.forgotten.join(" + ")));
    let network = serde_json::to_value(&first.architecture);
    let network = network.ok().and_then(|network| match network {
        Json::Object(network) => Some(pairs(&network)),
        _ => None,
    });
    html! {
        tr {
            th scope="row" {
                (first.original)
                @if !first.varied.is_empty() { br; small { (pairs(&first.varied)) } }
            }
            td {
                code { (first.data.source) } ": " (first.data.training_samples) " to train with, "
                (first.data.test_samples) " to test with"
            }
            td { (network.unwrap_or_default()) }
            td { small { (pairs(&first.training)) } }
            td { (seeds.join(", ")) }
            td { (sets.join("; ")) }
        }
    }
}

/// What was done: every method, what it needs and was told.
pub fn methods(cells: &[CellRecord]) -> Markup {
    let mut rows: Vec<(&CellRecord, Vec<String>)> = Vec::new();
    for cell in cells.iter().filter(|cell| cell.method.is_some()) {
        let same = |(known, _): &&mut (&CellRecord, _)| {
            known.row == cell.row && known.method == cell.method
        };
        let (_, told) = match rows.iter_mut().find(same) {
            Some(known) => known,
            None => {
                rows.push((cell, Vec::new()));
                let last = rows.len() - 1;
                &mut rows[last]
            }
        };
        told.push(settings(cell));
    }
    html! {
        section aria-labelledby="methods" {
            h2 #methods { "What was done" }
            div .scroll tabindex="0" role="region" aria-label="Methods" {
                table .models {
                    caption {
                        "The rows. Settings that were searched are those that did best on held-out training images, "
                        "never on test images; the first original and seed stand here, the record has all."
                    }
                    thead { tr {
                        th scope="col" { "Row" } th scope="col" { "Method" } th scope="col" { "Needs beside the model" }
                        th scope="col" { "Settings" }
                    } }
                    tbody { @for (cell, told) in &rows { (method(cell, told)) } }
                }
            }
        }
    }
}

fn method(cell: &CellRecord, told: &[String]) -> Markup {
    let entry = cell.method.as_deref();
    let entry = entry.and_then(|name| CATALOG.iter().find(|entry| entry.name == name));
    let needs: Vec<String> = entry.map_or_else(Vec::new, |entry| {
        entry.needs.iter().map(ToString::to_string).collect()
    });
    let told = told.iter().find(|told| !told.is_empty());
    html! {
        tr {
            th scope="row" {
                @if cell.is_control { i { (cell.row) } br; small { "control" } } @else { (cell.row) }
            }
            td {
                code { (cell.method.as_deref().unwrap_or_default()) }
                @if let Some(entry) = entry { br; small { (entry.summary) } }
            }
            td { @if needs.is_empty() { "nothing" } @else { (needs.join(", ")) } }
            td { small { (told.map_or("the cell failed", |told| told)) } }
        }
    }
}

/// What a method was told or chose, and what was tried.
fn settings(cell: &CellRecord) -> String {
    if cell.result.failure.is_some() {
        return String::new();
    }
    let mut told = cell.result.choices.clone();
    told.extend(cell.settings.clone());
    let told = match told.is_empty() {
        true => "none".to_owned(),
        false => pairs(&told),
    };
    match &cell.result.search {
        Some(search) => format!(
            "{told}; found {}, of {} combinations: {}",
            pairs(&search.chosen),
            search.trials,
            pairs(&search.grid)
        ),
        None => told,
    }
}

/// Names and values in words.
fn pairs(values: &Map<String, Json>) -> String {
    let values = values.iter().filter(|(_, value)| !value.is_null());
    let values = values.map(|(name, value)| format!("{name} {}", text(value)));
    values.collect::<Vec<_>>().join(", ")
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(values) => format!(
            "[{}]",
            values.iter().map(text).collect::<Vec<_>>().join(", ")
        ),
        Json::Object(values) => format!("({})", pairs(values)),
        value => value.to_string(),
    }
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    for value in values {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}
