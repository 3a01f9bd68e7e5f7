//! Fine-tuning on kept classes only.

use std::collections::BTreeMap;

use super::context::inputs;
use super::recovery::{Material, attack, steps_per_draw};
use super::{Audit, Budget, Context, Curve, Figure, Finding, Subject};

/// Fine-tunes on images of kept classes alone: traces may come back without a
/// single image of the class (arXiv 2505.22310). The attacker may reset the
/// class's output and takes the best.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptOnly;

impl Audit for KeptOnly {
    fn name(&self) -> &'static str {
        "kept-only"
    }

    fn title(&self) -> &'static str {
        "Fine-tuning on kept classes only"
    }

    fn question(&self) -> &'static str {
        "Does the class come back when the model is trained further on other classes, without a single image of it? \
         The attacker may reset the class's output before."
    }

    fn reading(&self) -> &'static str {
        "A model without traces has nothing that could come back: as in a model that never saw the class, the figure \
         stays near 0 (or where chance puts it)."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["kept-only.recognised", "kept-only.peak"]
    }

    fn cost(&self, budget: &Budget) -> usize {
        budget.draws * steps_per_draw(budget)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let draws: Vec<Material> = (0..context.budget.draws)
            .map(|draw| {
                let images = context.shots(&context.kept, context.budget.train_per_class, draw);
                let all: Vec<usize> = (0..images.len()).collect();
                Material {
                    inputs: inputs(&images, &all, subject).into_vec(),
                    labels: all.iter().map(|index| images.label(*index)).collect(),
                }
            })
            .collect();
        let recovery = attack(context, subject, &draws, None);
        Finding {
            figures: vec![
                Figure::percent_low(
                    "kept-only.recognised",
                    "recognised while training on kept classes only",
                    recovery.area.estimate,
                ),
                Figure::percent_low(
                    "kept-only.peak",
                    "recognised at the best moment of training on kept classes only",
                    recovery.peak.estimate,
                ),
            ],
            curves: vec![Curve {
                title: "Training on kept classes only".into(),
                x: "steps of training".into(),
                y: "recognised, percent".into(),
                places: Vec::new(),
                points: recovery.points,
            }],
            notes: vec![format!("Best of all that was tried: {}.", recovery.choice)],
            moves: BTreeMap::from([
                ("kept-only.recognised".into(), recovery.area.moves),
                ("kept-only.peak".into(), recovery.peak.moves),
            ]),
            ..Finding::default()
        }
    }
}
