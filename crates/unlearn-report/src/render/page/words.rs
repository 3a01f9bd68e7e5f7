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
            "bias shift",
            "A control made for this page: the model before, with the forgotten class's output pushed down so far that it is never answered. Nothing is forgotten in it, all is hidden; an audit that finds nothing in it cannot tell hiding from forgetting.",
        ),
        (
            "told apart, traces found",
            "The figure is worse than in every retrained model: the difference to the nearest of them is at least the margin that matters (set before anything was measured), and its interval leaves out 0. The interval may reach below the margin. One figure suffices for an audit to have found traces.",
        ),
        (
            "not told apart, no traces found",
            "The whole interval of the difference to the retrained model nearest to it lies below the margin; a smaller difference may be there. An audit that says so does find the class in the original and in the bias shift.",
        ),
        (
            "undecided",
            "Neither of the two: the difference is below the margin or its interval holds 0, and the interval reaches beyond the margin. More images, draws or steps would be needed.",
        ),
        (
            "not seen from outside",
            "The audit finds the class in the original, and neither here nor in the bias shift. It asks for what the model shows, such as its answers, and cannot see what is held inside.",
        ),
        (
            "says nothing here",
            "The audit does not tell the original, which certainly knows the class, from models that never saw it: what more it finds there is less than the margin, or not sure. That it finds nothing afterwards means nothing.",
        ),
        (
            "interval",
            "In 95 of 100 repetitions with other test images an interval made in this way holds the true number. It does not speak of other training runs: several retrained models show how much those differ. One without width belongs to a number for which no images are drawn at random; where there is none, nothing is decided. Intervals of two models may overlap and that of their difference still leave out 0, because both were asked for the same images.",
        ),
        (
            "attack, recognised, budget",
            "Who attacks a model has some images of the class, trains it further for some steps at several learning rates (how far a step goes), begins with its outputs as they are or set anew, and keeps what works best; not to train at all is one of the choices. Recognised is the percent of the class's test images answered right less the percent of other images wrongly answered with the class. The budget says how many images, steps and rates. More images are trained on in more steps, so figures of different numbers of images are not to be compared with each other.",
        ),
        (
            "secret code, or mnemonic code",
            "An image of random noise, one per class, made by the program and shown while training together with the class. It holds nothing of any training image; who has it can make the model forget the class. Models made by other programs have none.",
        ),
        (
            "A_R and E_F",
            "Percent of the kept classes' test images answered right, and of the forgotten classes' answered wrong. Neither sees what is hidden.",
        ),
        (
            "depth, features, probe",
            "What a network makes of an image layer by layer; names such as fc1 or bn3 are layers, later ones deeper. A linear probe is a small classifier trained on what one layer gives; nearest neighbours look for the most similar training images there.",
        ),
        (
            "total variation, Jensen-Shannon, CKA, ROC",
            "Total variation and Jensen-Shannon say how far two lists of shares differ (0: not at all, 1: entirely). CKA says how alike two models' features are (1: alike up to rotation and scale). The area under the ROC curve says how well members and others are told apart by their loss: 0.5 is chance.",
        ),
        (
            "digest",
            "A number computed from a file's content: two files with the same digest hold the same.",
        ),
    ];
    html! {
        section aria-labelledby="words" {
            h2 #words { "What the words mean" }
            dl .words { @for (word, meaning) in words { dt { (word) } dd { (meaning) } } }
        }
    }
}
