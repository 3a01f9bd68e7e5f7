//! What was asked, of whom, and with how much.

use std::path::Path;

use maud::{Markup, html};
use unlearn::audit::Role;

use super::mark;
use crate::{AuditRecord, AuditedModel, with_methods};

/// What was asked and which models were put beside each other.
pub fn asked(record: &AuditRecord) -> Markup {
    let images = &record.images;
    html! {
        section aria-labelledby="asked" {
            h2 #asked { "What was asked and what was done" }
            p {
                "The request was to forget " b { (record.forgotten.join(", ")) } " and to keep "
                (record.kept.len()) " other classes (" (record.kept.join(", ")) "). "
                "The same questions were put to every model below, with the same images of "
                code { (record.data.source) } ": " (images.test_forgotten) " test images of what should be forgotten, "
                (images.test_kept) " of what should be kept, and " (images.train)
                " training images for whoever attacks or probes; what is answered is counted on all test images. "
                @if !record.unused.is_empty() {
                    "No model was trained on images of " (record.unused.join(", ")) ". "
                }
                @if record.with_codes { "The secret codes were at hand." }
                @else { "The secret codes, if there are any, were not at hand." }
            }
            p {
                (done(record))
                " Who asked, when and with what right stands in no file that was read; the audits ask the models themselves "
                "and hold whatever method was used."
            }
            (table("The models", &record.models))
            @if !record.peers.is_empty() {
                p { "The audits of many models also asked these, of other training seeds." }
                (table("Models of other training seeds", &record.peers))
            }
        }
    }
}

/// What the file of the model after the request says was done to it.
fn done(record: &AuditRecord) -> Markup {
    let after = record.models.iter().find(|model| model.role == Role::After);
    let Some(after) = after else {
        return html! { "No model is said to have forgotten." };
    };
    html! {
        @match after.made_to_forget.is_empty() {
            true => "The file of the model after the request does not say what was done to it.",
            false => {
                "The file of the model after the request says that it was made to forget "
                b { (forgot(after)) }
                @if after.forgotten_by.is_empty() { "; by which method it does not say." } @else { "." }
            }
        }
    }
}

/// The classes that a model's file says it was made to forget, with the methods.
fn forgot(model: &AuditedModel) -> String {
    with_methods(&model.made_to_forget, &model.forgotten_by).join(", ")
}

fn table(caption: &str, models: &[AuditedModel]) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label=(caption) {
            table .models {
                caption { (caption) }
                thead { tr {
                    th scope="col" { "Model" } th scope="col" { "What it is" } th scope="col" { "File" }
                    th scope="col" { "Its file says it forgot" } th scope="col" { "Digest" }
                } }
                tbody { @for model in models { (line(model)) } }
            }
        }
    }
}

fn line(model: &AuditedModel) -> Markup {
    let digest = model.digest.to_string();
    let short: String = digest
        .chars()
        .skip_while(|c| *c != ':')
        .skip(1)
        .take(12)
        .collect();
    let forgot = match model.made_to_forget.is_empty() {
        true => "nothing".to_owned(),
        false => forgot(model),
    };
    // The folder is in the record, and would take most of the table.
    let file = model.file.as_deref().map(Path::new);
    let file = file.map(|file| (file.display(), file.file_name().unwrap_or(file.as_os_str())));
    html! {
        tr {
            th scope="row" { (mark::key(model.role)) " " (model.name) }
            td {
                (mark::meaning(model.role))
                @if model.training.is_some() { "; trained for this audit" }
            }
            td {
                @if let Some((path, name)) = file { code title=(path) { (name.display()) } }
                @else { "made for this audit" }
            }
            td { (forgot) }
            td { code title=(digest) { (short) } }
        }
    }
}

/// The budget and the seed, for who wants to repeat it.
pub fn settings(record: &AuditRecord) -> Markup {
    let budget = &record.budget;
    let list = |numbers: Vec<String>| numbers.join(", ");
    let rows = [
        (
            "training images per class",
            budget.train_per_class.to_string(),
        ),
        (
            "test images per forgotten class, at most",
            budget.test_forgotten.to_string(),
        ),
        (
            "test images per kept class, at most",
            budget.test_kept.to_string(),
        ),
        (
            "images per class that attackers have",
            list(budget.shots.iter().map(ToString::to_string).collect()),
        ),
        (
            "learning rates that they try",
            list(
                budget
                    .learning_rates
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
        ),
        ("steps of an attack", budget.steps.to_string()),
        ("images per step", budget.batch_size.to_string()),
        ("draws of their images", budget.draws.to_string()),
        (
            "training images for membership inference",
            record.images.members.to_string(),
        ),
        (
            "test images for membership inference",
            record.images.non_members.to_string(),
        ),
        ("seed", record.seed.to_string()),
        ("digest of the data", record.data.digest.to_string()),
    ];
    html! {
        section aria-labelledby="budget" {
            h2 #budget { "The budget" }
            p { "A statement on this page holds for these numbers and not beyond." }
            table .pairs {
                caption { "How much the audits could use" }
                tbody { @for (name, value) in rows { tr { th scope="row" { (name) } td { (value) } } } }
            }
        }
    }
}
