//! What words mean on the page.

use maud::{Markup, html};

/// A short list of words.
pub fn words() -> Markup {
    let words = [
        (
            "A_R",
            "Percent of the kept classes' test images that are answered right, by the largest of all outputs. High is good.",
        ),
        (
            "E_F",
            "Percent of the forgotten classes' test images that are answered wrong. High is what was asked for; lowering one output reaches it too.",
        ),
        (
            "worst kept class",
            "Over all seeds, the kept class that lost most against the original, in points.",
        ),
        (
            "seconds, backward passes",
            "Of the forgetting alone, without the search for settings; of the retrained model, of its training. A backward pass is of one sample.",
        ),
        (
            "tried",
            "Combinations of settings that were tried in each cell; the best by A_R + E_F on held-out training images was used.",
        ),
        (
            "\u{b1}",
            "The standard deviation over training seeds; where several sets of classes are put together, of means within a seed.",
        ),
        (
            "bold",
            "Above every other method by more than twice the standard error of the difference over training seeds. Never a control, never a method of which a cell failed, never with one seed.",
        ),
        (
            "forgotten",
            "Here only: answered wrong. No larger word is meant.",
        ),
    ];
    html! {
        section aria-labelledby="words" {
            h2 #words { "What the words mean" }
            dl .words { @for (word, meaning) in words { dt { (word) } dd { (meaning) } } }
        }
    }
}
