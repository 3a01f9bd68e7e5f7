//! What is answered to what.

use maud::{Markup, html};
use unlearn::audit::Role;

use super::mark;
use crate::AuditRecord;

/// So many classes and no more are shown all; of more, only the forgotten ones.
const MOST: usize = 12;

/// The confusion before, after and in the first retrained model.
pub fn confusions(record: &AuditRecord) -> Markup {
    let audit = record
        .audits
        .iter()
        .find(|audit| audit.findings.iter().any(|f| f.confusion.is_some()));
    let roles = record.roles();
    let shown = [Role::Before, Role::After, Role::Retrained];
    let shown = shown.iter().filter_map(|role| {
        let place = roles.iter().position(|of| of == role)?;
        let confusion = audit?.findings[place].confusion.as_ref()?;
        Some((&record.models[place], confusion))
    });
    html! {
        section aria-labelledby="confusion" {
            h2 #confusion { "What is answered to what" }
            p {
                "Of every class's test images, all that there are, the percent that got each answer. Rows are true classes, columns answers; "
                "the forgotten classes are marked with a cross (\u{2717})."
            }
            div .confusions { @for (model, confusion) in shown { (table(record, &model.name, model.role, confusion)) } }
        }
    }
}

fn table(record: &AuditRecord, name: &str, role: Role, confusion: &[Vec<usize>]) -> Markup {
    let classes = &record.classes;
    let is_forgotten = |class: &str| record.forgotten.iter().any(|name| name == class);
    let rows = classes.iter().zip(confusion);
    let rows = rows.filter(|(class, _)| classes.len() <= MOST || is_forgotten(class));
    html! {
        div .scroll tabindex="0" role="region" aria-label={ "Answers of " (name) } {
            table .confusion .upright[classes.iter().any(|class| class.chars().count() > 3)] {
                caption { (mark::key(role)) " " (name) }
                thead {
                    tr {
                        td {}
                        @for class in classes { th scope="col" { (class) @if is_forgotten(class) { "\u{2717}" } } }
                        th scope="col" { "images" }
                    }
                }
                tbody {
                    @for (class, row) in rows {
                        tr {
                            th scope="row" { (class) @if is_forgotten(class) { "\u{2717}" } }
                            @let all = row.iter().sum::<usize>();
                            @for count in row { (cell(100.0 * *count as f64 / all.max(1) as f64)) }
                            td { (all) }
                        }
                    }
                }
            }
        }
    }
}

/// A percentage, the darker the larger.
fn cell(percent: f64) -> Markup {
    let strength = format!("--part:{:.0}%", 85.0 * (percent / 100.0).sqrt());
    html! {
        td style=(strength) .full[percent >= 50.0] {
            @if percent >= 0.05 { (match percent < 9.95 { true => format!("{percent:.1}"), false => format!("{percent:.0}") }) }
        }
    }
}
