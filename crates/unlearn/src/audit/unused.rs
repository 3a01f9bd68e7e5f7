//! A class that was forgotten beside a class that was never there.

use std::collections::BTreeMap;

use super::membership::{counts, losses};
use super::roc::{area, either_way};
use super::{
    About, Audit, Context, Estimate, Figure, Finding, Good, Histogram, HistogramGroup, Subject,
    Unit, ask,
};

/// Test images of the forgotten classes beside test images of classes that no model here was trained on: by
/// the loss, and by the probability of the answer.
///
/// The figures are areas under the ROC curve, whichever way round they are larger: `max(A, 1 - A)` with the
/// probability A that an image of the forgotten classes has the lower loss, or the more probable
/// answer; the intervals are DeLong's, turned over with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnusedClass;

impl Audit for UnusedClass {
    fn name(&self) -> &'static str {
        "unused"
    }

    fn title(&self) -> &'static str {
        "Beside a class that was never used"
    }

    fn question(&self) -> &'static str {
        "Does the model treat images of the forgotten class like images of a class that it was never shown?"
    }

    fn reading(&self) -> &'static str {
        "0.5 means that the forgotten class cannot be told from the one that was never used; 1 that every image can, be it \
         because too much is left or because the class was pushed away further than never seeing it does. Two classes differ \
         by themselves, so the yardstick is a retrained model, which saw neither."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["unused.loss", "unused.answer"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        let short =
            context.unused.len() < 2 || context.test.of_classes(&context.forgotten).len() < 2;
        short.then_some(
            "It needs a class that was left out of every training, with at least two test images of it and two of the \
             forgotten classes.",
        )
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let forgotten = context.test.of_classes(&context.forgotten);
        let kept = context.test.of_classes(&context.kept);
        let [of_forgotten, of_unused, of_kept] =
            [&forgotten, &context.unused, &kept].map(|images| losses(subject, images));
        let lower = |losses: &[f64]| losses.iter().map(|loss| -loss).collect::<Vec<f64>>();
        let by_loss = either_way(area([&lower(&of_forgotten), &lower(&of_unused)]));
        let [ours, theirs] = [&forgotten, &context.unused].map(|images| {
            let answers = ask(subject, images).into_iter();
            answers
                .map(|answer| answer.probability)
                .collect::<Vec<f64>>()
        });
        let by_answer = either_way(area([&ours, &theirs]));
        let figure = |key: &str, label: &str, estimate: &Estimate| Figure {
            key: key.into(),
            label: label.into(),
            unit: Unit::Number,
            about: About::Trace,
            good: Good::Low,
            margin: 0.1,
            estimate: *estimate,
        };
        let edges: Vec<f64> = (-12..=6).map(|power| f64::from(power) / 2.0).collect();
        let groups = [
            ("forgotten, test images", &of_forgotten),
            ("never used, test images", &of_unused),
            ("kept, test images", &of_kept),
        ];
        let groups = groups.map(|(label, losses)| HistogramGroup {
            label: label.into(),
            counts: counts(losses, &edges),
        });
        Finding {
            figures: vec![
                figure(
                    "unused.loss",
                    "area under the ROC curve of telling forgotten from never used by the loss, either way",
                    &by_loss.0,
                ),
                figure(
                    "unused.answer",
                    "area under the ROC curve of telling forgotten from never used by how sure the answer is, either way",
                    &by_answer.0,
                ),
            ],
            histograms: vec![Histogram {
                title: "Loss of images".into(),
                x: "logarithm (base 10) of the loss in nats".into(),
                edges,
                groups: groups.into(),
            }],
            moves: BTreeMap::from([
                ("unused.loss".into(), by_loss.1),
                ("unused.answer".into(), by_answer.1),
            ]),
            ..Finding::default()
        }
    }
}
