//! Whether the forgotten class's code still decodes.

use std::collections::BTreeMap;

use super::resample::{resample, weighted_mean};
use super::{About, Audit, Context, Curve, Estimate, Figure, Finding, Good, Subject, Unit};
use crate::network::{CrossEntropy, Value};

/// The probability that a model gives a forgotten class on its code, and the
/// smallest part of the code in a blend with noise of the code's own kind,
/// `r code + (1 - r) noise`, at which the class is answered. Of several classes
/// the highest probability and the smallest part count.
///
/// The smallest part is the mean over twenty draws of the noise, with the interval of a
/// bootstrap over these. The code itself is a single one and holds no noise: what the model says of it is no
/// sample of anything, and its interval has no width.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeDecoding;

/// The parts of the code, in percent.
const PARTS: [u8; 11] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
/// Draws of the noise.
const DRAWS: usize = 20;
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
        let noise = PARTS.map(|part| 1.0 - f32::from(part) / 100.0);
        // Per draw of noise, and per part: the highest probability, and the smallest part answered.
        let mut highest = vec![[0.0f64; PARTS.len()]; DRAWS];
        let mut smallest = vec![NEVER; DRAWS];
        for &class in &context.forgotten {
            let all = noise.repeat(DRAWS);
            let logits: Value = network.forward(codes.blends(&[class], &all, network.device()));
            let answers = CrossEntropy::new(&logits, &vec![class; all.len()], 0.0);
            for (blend, loss) in answers.losses.iter().enumerate() {
                let (draw, place) = (blend / PARTS.len(), blend % PARTS.len());
                highest[draw][place] = highest[draw][place].max((-loss).exp());
                if answers.predictions[blend] == class {
                    smallest[draw] = smallest[draw].min(f64::from(PARTS[place]));
                }
            }
        }
        let mean = |numbers: &[f64], weights: &[f64]| {
            weighted_mean(weights.iter().copied().zip(numbers.iter().copied()))
        };
        let moves = resample(&[0; DRAWS], context.seed, |weights| {
            mean(&smallest, weights)
        });
        let part = Estimate::resampled(mean(&smallest, &[1.0; DRAWS]), &moves);
        // The whole code holds no noise.
        let whole = highest[0][PARTS.len() - 1];
        let points = PARTS.iter().enumerate().map(|(place, part)| {
            let of_draws: Vec<f64> = highest.iter().map(|of_draw| of_draw[place]).collect();
            [f64::from(*part), 100.0 * mean(&of_draws, &[1.0; DRAWS])]
        });
        Finding {
            figures: vec![
                Figure::percent_low(
                    "code.probability",
                    "probability of the class on its code, in which nothing is drawn",
                    Estimate::certain(whole),
                ),
                Figure {
                    key: "code.part".into(),
                    label: "smallest part of the code, blended with noise, that is answered with the class, \
                            mean over draws of the noise"
                        .into(),
                    unit: Unit::Percent,
                    about: About::Trace,
                    good: Good::High,
                    margin: 10.0,
                    estimate: part,
                },
            ],
            curves: vec![Curve {
                title: "Probability of the class on its code, blended with noise".into(),
                x: "part of the code, percent".into(),
                y: "probability, percent".into(),
                places: Vec::new(),
                points: points.collect(),
            }],
            moves: BTreeMap::from([("code.part".into(), moves)]),
            ..Finding::default()
        }
    }
}
