//! What words mean on the page.

use maud::{Markup, html};

/// A short list of words.
pub fn words() -> Markup {
    let words = [
        (
            "forgotten",
            "The listed attacks, at the listed budget, did no better on this model than on models that never saw the class, within the stated intervals. No larger word is used here, because nobody can show more than that.",
        ),
        (
            "retrained",
            "A model trained in the same way without a single image of the class. Its features still tell the class apart in part, because classes have much in common; so the yardstick is this model and not zero.",
        ),
        (
            "told apart",
            "The figure is worse than in every retrained model, by at least the margin that matters (set before anything was measured) and by an interval that leaves out 0.",
        ),
        (
            "interval",
            "In 95 of 100 repetitions with other test images an interval made in this way holds the true number. It does not speak of other training runs: several retrained models show how much those differ. One without width belongs to a number in which nothing is drawn; where there is none, nothing is decided.",
        ),
        (
            "says nothing here",
            "The audit does not even find the class in the original, which certainly knows it. That it finds nothing afterwards means nothing.",
        ),
    ];
    html! {
        section aria-labelledby="words" {
            h2 #words { "What the words mean" }
            dl .words { @for (word, meaning) in words { dt { (word) } dd { (meaning) } } }
        }
    }
}
