//! How models are told from each other: colour, dash and shape.

use maud::{Markup, html};
use unlearn::audit::Role;

/// The name of a role's style.
pub fn class(role: Role) -> &'static str {
    match role {
        Role::Before => "before",
        Role::BiasShift => "bias",
        Role::After => "after",
        Role::Retrained => "retrained",
    }
}

/// A model's sign at a place of a drawing: circle, square, diamond or triangle.
pub fn shape(role: Role, x: f64, y: f64) -> Markup {
    let n = |value: f64| format!("{value:.1}");
    let polygon = |corners: &[[f64; 2]]| {
        let corners = corners
            .iter()
            .map(|[dx, dy]| format!("{:.1},{:.1}", x + dx, y + dy));
        let points = corners.collect::<Vec<_>>().join(" ");
        html! { polygon .(class(role)) .mark points=(points) {} }
    };
    match role {
        Role::Before => html! { circle .before .mark cx=(n(x)) cy=(n(y)) r="3.6" {} },
        Role::BiasShift => polygon(&[[-3.2, -3.2], [3.2, -3.2], [3.2, 3.2], [-3.2, 3.2]]),
        Role::After => polygon(&[[0.0, -5.2], [5.2, 0.0], [0.0, 5.2], [-5.2, 0.0]]),
        Role::Retrained => polygon(&[[0.0, -4.4], [4.2, 3.2], [-4.2, 3.2]]),
    }
}

/// A model's sign on a line, beside its name.
pub fn key(role: Role) -> Markup {
    html! {
        svg .key width="34" height="12" viewBox="0 0 34 12" aria-hidden="true" {
            line .(class(role)) .line x1="1" y1="6" x2="33" y2="6" {}
            (shape(role, 17.0, 6.0))
        }
    }
}

/// What the signs mean.
pub fn legend(roles: &[Role]) -> Markup {
    let all = [Role::Before, Role::BiasShift, Role::After, Role::Retrained];
    html! {
        ul .legend aria-label="Signs of the models" {
            @for role in all.into_iter().filter(|role| roles.contains(role)) {
                li { (key(role)) " " b { (role.title()) } ": " (meaning(role)) }
            }
            li { span .band-key {} " a green band in a table's picture: from the lowest to the highest retrained model" }
        }
    }
}

/// What a model is, in plain words.
pub fn meaning(role: Role) -> &'static str {
    match role {
        Role::Before => "the model before the request; it knows the class",
        Role::BiasShift => {
            "the same model with the class's output pushed down: it only hides the class, so a good audit sees through it"
        }
        Role::After => "the model that is said to have forgotten",
        Role::Retrained => {
            "trained without any image of the class: what forgetting would look like"
        }
    }
}
