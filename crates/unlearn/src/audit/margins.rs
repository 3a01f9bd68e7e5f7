//! Image by image, beside retrained models.

use unlearn_data::Split;

use super::context::logits;
use super::{About, Audit, Context, Estimate, Figure, Finding, Good, Role, Subject, Unit};

/// On how many training images of the forgotten classes a model's margin lies
/// beyond those of all retrained models.
///
/// The margin of an image with label y is its log-odds, `z_y - ln sum over the
/// others of e^z`. It is what U-LiRA (arXiv 2403.01218) and KLoM (arXiv 2410.23232)
/// compare; they need many models of either kind and estimate distributions,
/// where this counts ranks among the few that there are. A model that was
/// retrained too would by chance be above N others on one image in N + 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margins;

impl Audit for Margins {
    fn name(&self) -> &'static str {
        "margins"
    }

    fn title(&self) -> &'static str {
        "Image by image beside retrained models"
    }

    fn question(&self) -> &'static str {
        "How many of the class's training images does the model know better, and how many does it deny more firmly, than \
         every retrained model?"
    }

    fn reading(&self) -> &'static str {
        "Images known better are remembered. Images denied more firmly show that the class was pushed away rather than never \
         seen: that too gives away what was taken out. Among N retrained models either happens by chance once in N times."
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        let roles = context.subjects.iter().map(|subject| subject.role);
        let retrained = roles.filter(|role| *role == Role::Retrained).count();
        (retrained < 2)
            .then_some("It needs at least two retrained models, to know how much they differ.")
    }

    fn is_relative(&self) -> bool {
        true
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let images = &context.members[0];
        let own = margins(subject, images);
        let others = context.other_retrained(subject).into_iter();
        let others: Vec<Vec<f64>> = others.map(|other| margins(other, images)).collect();
        let [above, below] = beyond(&own, &others);
        let figure = |key: &str, label: &str, count: usize| Figure {
            key: key.into(),
            label: label.into(),
            unit: Unit::Percent,
            about: About::Trace,
            good: Good::Low,
            margin: 10.0,
            estimate: Estimate::share(count as f64 / own.len().max(1) as f64, own.len())
                .times(100.0),
        };
        Finding {
            figures: vec![
                figure(
                    "margins.above",
                    "training images of the class known better than by every retrained model",
                    above,
                ),
                figure(
                    "margins.below",
                    "training images of the class denied more firmly than by every retrained model",
                    below,
                ),
            ],
            ..Finding::default()
        }
    }
}

/// The log-odds of every image's label.
fn margins(subject: &Subject, images: &Split) -> Vec<f64> {
    let network = &subject.model.network;
    let rows = logits(network, images, subject);
    let rows = rows.chunks_exact(network.class_count()).enumerate();
    rows.map(|(sample, row)| margin(row, images.label(sample)))
        .collect()
}

fn margin(logits: &[f32], label: usize) -> f64 {
    let others = || {
        let others = logits
            .iter()
            .enumerate()
            .filter(|(class, _)| *class != label);
        others.map(|(_, logit)| f64::from(*logit))
    };
    let top = others().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = others().map(|logit| (logit - top).exp()).sum();
    f64::from(logits[label]) - top - sum.ln()
}

/// On how many images the margin is above, and below, all others'.
fn beyond(own: &[f64], others: &[Vec<f64>]) -> [usize; 2] {
    let count = |is_beyond: fn(f64, f64) -> bool| {
        let images = own.iter().enumerate();
        let beyond = images.filter(|(image, margin)| {
            others
                .iter()
                .all(|other| is_beyond(**margin, other[*image]))
        });
        beyond.count()
    };
    [
        count(|own, other| own > other),
        count(|own, other| own < other),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_the_log_odds() {
        // p = 1/2 of two equals; p = e / (e + 2) of three.
        assert_eq!(margin(&[3.0, 3.0], 0), 0.0);
        let odds = margin(&[1.0, 0.0, 0.0], 0);
        assert!((odds - (1.0 - 2f64.ln())).abs() < 1e-12);
    }

    #[test]
    fn only_what_is_beyond_all_others_counts() {
        let others = [vec![0.0, 0.0, 0.0, 0.0], vec![1.0, 1.0, 1.0, 1.0]];
        assert_eq!(beyond(&[2.0, 0.5, -1.0, 0.0], &others), [1, 1]);
    }
}
