//! Images of the forgotten classes with the models' answers.

use maud::{Markup, html};

use super::mark;
use crate::{AuditRecord, SampleRecord};

/// Some images with what every model says of them.
pub fn samples(record: &AuditRecord) -> Markup {
    html! {
        @if !record.samples.is_empty() {
            section aria-labelledby="samples" {
                h2 #samples { "Some images of the class and what the models say" }
                p { "The first test images that were drawn. In brackets how sure the model says it is." }
                div .samples { @for (index, sample) in record.samples.iter().enumerate() { (card(record, index, sample)) } }
            }
        }
    }
}

fn card(record: &AuditRecord, index: usize, sample: &SampleRecord) -> Markup {
    html! {
        figure .card {
            img src={ "data:image/png;base64," (sample.png) } alt={ "Test image " (index + 1) " of class " (sample.class) };
            figcaption { (sample.class) }
            dl {
                @for (model, answer) in record.models.iter().zip(&sample.answers) {
                    dt { (mark::key(model.role)) " " (model.name) }
                    dd { (answer.class) " (" (format!("{:.0} %", 100.0 * answer.probability)) ")" }
                }
            }
        }
    }
}
