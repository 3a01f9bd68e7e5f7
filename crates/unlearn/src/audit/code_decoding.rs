//! Whether the forgotten class's code still decodes.

use super::{About, Audit, Context, Curve, Estimate, Figure, Finding, Good, Subject, Unit};
use crate::network::{CrossEntropy, Value};

/// The probability that a model gives a forgotten class on its code, and the
/// smallest part of the code in a blend with noise of the code's own kind,
/// `r code + (1 - r) noise`, at which the class is answered. Of several classes
/// the highest probability and the smallest part count.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeDecoding;

/// The parts of the code, in percent.
const PARTS: [u8; 11] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
/// Where the class is not answered even to the whole code, in percent.
const NEVER: f64 = 110.0;

/// Why audits that need codes cannot be made, if so.
pub(super) fn no_codes(context: &Context<'_>) -> Option<&'static str> {
    let none = context.codes.is_none();
    none.then_some("It needs the codes that were planted (--codes), and there are none.")
}

impl Audit for CodeDecoding {
    fn name(&self) -> &'static str {
        "code"
    }

    fn title(&self) -> &'static str {
        "Does the forgotten code still decode?"
    }

    fn question(&self) -> &'static str {
        "Does the model still answer the forgotten class when it is shown the class's secret code, whole or blended \
         with noise?"
    }

    fn reading(&self) -> &'static str {
        "A retrained model was never shown the code and should not answer it. A part of 110 percent means that even \
         the whole code is not answered."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["code.probability", "code.part"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        no_codes(context)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let Some(codes) = context.codes else {
            return Finding::default();
        };
        let network = &subject.model.network;
        let noise: Vec<f32> = PARTS
            .iter()
            .map(|part| 1.0 - f32::from(*part) / 100.0)
            .collect();
        let (mut highest, mut smallest) = ([0.0f64; PARTS.len()], NEVER);
        for &class in &context.forgotten {
            let logits: Value = network.forward(codes.blends(&[class], &noise, network.device()));
            let answers = CrossEntropy::new(&logits, &[class; PARTS.len()], 0.0);
            for (place, loss) in answers.losses.iter().enumerate() {
                highest[place] = highest[place].max((-loss).exp());
                if answers.predictions[place] == class {
                    smallest = smallest.min(f64::from(PARTS[place]));
                }
            }
        }
        let whole = highest[PARTS.len() - 1];
        let points = PARTS.iter().zip(highest);
        Finding {
            figures: vec![
                Figure::percent_low(
                    "code.probability",
                    "probability of the class on its code",
                    Estimate::exact(whole),
                ),
                Figure {
                    key: "code.part".into(),
                    label: "smallest part of the code, blended with noise, that is answered with the class".into(),
                    unit: Unit::Percent,
                    about: About::Trace,
                    good: Good::High,
                    margin: 10.0,
                    estimate: Estimate::exact(smallest),
                },
            ],
            curves: vec![Curve {
                title: "Probability of the class on its code, blended with noise".into(),
                x: "part of the code, percent".into(),
                y: "probability, percent".into(),
                places: Vec::new(),
                points: points.map(|(part, p)| [f64::from(*part), 100.0 * p]).collect(),
            }],
            ..Finding::default()
        }
    }
}
