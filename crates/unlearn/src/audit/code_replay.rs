//! Fine-tuning on the forgotten class's code.

use std::collections::BTreeMap;

use super::recovery::{Material, attack, steps_per_draw};
use super::{Audit, Budget, Context, Curve, Figure, Finding, Subject};

/// Fine-tunes on the forgotten classes' codes alone: whoever has kept a code may
/// try to bring its class back with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeReplay;

impl Audit for CodeReplay {
    fn name(&self) -> &'static str {
        "code-replay"
    }

    fn title(&self) -> &'static str {
        "Replaying the code"
    }

    fn question(&self) -> &'static str {
        "Does the class come back when the model is trained on nothing but the forgotten class's secret code?"
    }

    fn reading(&self) -> &'static str {
        "A model without traces answers the code after some steps, but not the class's images: as in a model that \
         never saw the class, the figure stays low."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["code-replay.recognised", "code-replay.peak"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        super::code_decoding::no_codes(context)
    }

    fn cost(&self, budget: &Budget) -> usize {
        steps_per_draw(budget)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let codes = context.codes.iter();
        let inputs = codes.flat_map(|codes| context.forgotten.iter().flat_map(|c| codes.code(*c)));
        let material = Material {
            inputs: inputs.copied().collect(),
            labels: context.forgotten.clone(),
        };
        let recovery = attack(context, subject, &[material], None);
        Finding {
            figures: vec![
                Figure::percent_low(
                    "code-replay.recognised",
                    "recognised while training on the code alone",
                    recovery.area.estimate,
                ),
                Figure::percent_low(
                    "code-replay.peak",
                    "recognised at the best moment of training on the code alone",
                    recovery.peak.estimate,
                ),
            ],
            curves: vec![Curve {
                title: "Training on the forgotten class's code alone".into(),
                x: "steps of training".into(),
                y: "recognised, percent".into(),
                places: Vec::new(),
                points: recovery.points,
            }],
            notes: vec![format!("Best of all that was tried: {}.", recovery.choice)],
            moves: BTreeMap::from([
                ("code-replay.recognised".into(), recovery.area.moves),
                ("code-replay.peak".into(), recovery.peak.moves),
            ]),
            ..Finding::default()
        }
    }
}
