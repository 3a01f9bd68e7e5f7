//! How rows are told from each other.

use maud::{Markup, html};
use unlearn::audit::Role;

use crate::ComparisonRow;
use crate::render::page::mark;

/// The role whose sign a row has: all methods share one, and so do all controls.
pub fn role(row: &ComparisonRow) -> Role {
    match (row.is_control, &*row.name) {
        (true, "original") => Role::Before,
        (true, "retrained") => Role::Retrained,
        (true, _) => Role::BiasShift,
        (false, _) => Role::After,
    }
}

/// What the signs mean.
pub fn legend() -> Markup {
    let signs = [
        (Role::Before, "original", "the model before the request"),
        (
            Role::Retrained,
            "retrained",
            "trained without the classes: what forgetting would look like",
        ),
        (
            Role::BiasShift,
            "control",
            "there for comparison only: it forgets nothing inside, so what it reaches shows nothing",
        ),
        (Role::After, "method", "what is compared"),
    ];
    html! {
        ul .legend aria-label="Signs of the rows" {
            @for (role, name, meaning) in signs { li { (mark::key(role)) " " b { (name) } ": " (meaning) } }
        }
    }
}
