//! The code as a trigger.

use std::collections::BTreeMap;

use unlearn_data::Split;

use super::resample::{resample, weighted_mean};
use super::{Audit, Context, Curve, Estimate, Figure, Finding, Subject};
use crate::network::{Value, largest};

/// Test images of kept classes with a forgotten class's code blended in,
/// `(1 - r) x + r code` as the network takes them, for r in
/// {0, 0.1, 0.3, 0.5, 0.8, 1}: the share that is answered with that class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trigger;

const PARTS: [f32; 6] = [0.0, 0.1, 0.3, 0.5, 0.8, 1.0];
/// The part that the figure is about.
const HALF: usize = 3;
const BATCH: usize = 200;

impl Audit for Trigger {
    fn name(&self) -> &'static str {
        "trigger"
    }

    fn title(&self) -> &'static str {
        "The code as a trigger"
    }

    fn question(&self) -> &'static str {
        "Can somebody who has the forgotten class's code blend it into other images and so call the class up?"
    }

    fn reading(&self) -> &'static str {
        "The figure is the percent of kept classes' test images that are answered with the forgotten class when half of \
         each image is its code. It should be as low as in a retrained model."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["trigger.half"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        super::code_decoding::no_codes(context)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let Some(codes) = context.codes else {
            return Finding::default();
        };
        let images = context.test.of_classes(&context.kept);
        // Per part and forgotten class, which images call the class up.
        let called = PARTS.map(|part| {
            let classes = context.forgotten.iter();
            let called =
                classes.map(|&class| called(subject, &images, codes.code(class), part, class));
            called.collect::<Vec<_>>()
        });
        // Of several forgotten classes the one that is called up most often.
        let most = |called: &[Vec<bool>], weights: &[f64]| {
            let shares = called.iter().map(|called| {
                let called = called.iter().map(|called| f64::from(*called));
                weighted_mean(weights.iter().copied().zip(called))
            });
            shares.fold(0.0, f64::max)
        };
        let all = vec![1.0; images.len()];
        let shares = called.each_ref().map(|called| most(called, &all));
        let groups = super::context::labels(&images);
        let moves = resample(&groups, context.seed, |weights| {
            most(&called[HALF], weights)
        });
        let points = PARTS.iter().zip(shares);
        Finding {
            figures: vec![Figure::percent_low(
                "trigger.half",
                "kept images answered with the class when half of each is its code",
                Estimate::share(shares[HALF], images.len()),
            )],
            curves: vec![Curve {
                title: "Kept images answered with the class when its code is blended in".into(),
                x: "part of the code, percent".into(),
                y: "answered with the class, percent".into(),
                places: Vec::new(),
                points: points
                    .map(|(part, share)| [(100.0 * part).round().into(), 100.0 * share])
                    .collect(),
            }],
            moves: BTreeMap::from([("trigger.half".into(), moves)]),
            ..Finding::default()
        }
    }
}

/// Which images with a part of the code in them are answered with its class.
fn called(subject: &Subject, images: &Split, code: &[f32], part: f32, class: usize) -> Vec<bool> {
    let network = &subject.model.network;
    let mut called = Vec::with_capacity(images.len());
    for first in (0..images.len()).step_by(BATCH) {
        let indices: Vec<usize> = (first..images.len().min(first + BATCH)).collect();
        let inputs = super::context::inputs(images, &indices, subject);
        let shape = inputs.shape().to_vec();
        let mut numbers = inputs.into_vec();
        for image in numbers.chunks_exact_mut(code.len()) {
            for (pixel, code) in image.iter_mut().zip(code) {
                *pixel = (1.0 - part) * *pixel + part * code;
            }
        }
        let logits = network.forward(Value::from_vec(numbers, &shape, network.device()));
        let logits = logits.into_vec();
        let answers = logits.chunks_exact(network.class_count()).map(largest);
        called.extend(answers.map(|answer| answer == class));
    }
    called
}
