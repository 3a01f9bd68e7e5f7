//! Relearning from a few images.

use super::context::inputs;
use super::recovery::{Material, attack, recognised_percent, steps_per_draw};
use super::{
    About, Audit, Budget, Context, Curve, Estimate, Figure, Finding, Good, Role, Subject, Unit,
};

/// Fine-tunes on k training images per class, forgotten and kept, for several k,
/// learning rates and starts of the output layer; the attacker takes the best.
///
/// The area under the curve is the mean over the steps of what is recognised.
/// Relearn time is the number of steps until that is within 5 points of the
/// original's, its ratio to the retrained models' mean the index that a gate
/// called `relearn` holds to a limit (after the Anamnesis index).
#[derive(Clone, Copy, Debug)]
pub(super) struct Relearning;

/// By how many points less than the original counts as relearned.
const SLACK_POINTS: f64 = 5.0;
const RATIO: &str = "relearn";

impl Audit for Relearning {
    fn name(&self) -> &'static str {
        "relearning"
    }

    fn title(&self) -> &'static str {
        "Relearning from a few images"
    }

    fn question(&self) -> &'static str {
        "How quickly does the class come back when somebody trains the model for a few steps on k images per class? \
         The attacker tries several learning rates, resets the class's output, and keeps what works best."
    }

    fn reading(&self) -> &'static str {
        "A model without traces relearns no faster than one that never saw the class. The figure is the mean over all \
         steps of the percent of the class's test images answered right, less the percent of kept images wrongly \
         answered with the class. The curve shows the best attack on each model."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["relearning.kN", "relearning.steps", RATIO]
    }

    fn cost(&self, budget: &Budget) -> usize {
        budget.draws * budget.shots.len() * steps_per_draw(budget)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let goal = recognised_percent(context, context.before()).value - SLACK_POINTS;
        let mut classes = [&context.forgotten[..], &context.kept[..]].concat();
        classes.sort_unstable();
        let mut finding = Finding::default();
        let main = context.budget.shots[context.budget.shots.len() / 2];
        for &count in &context.budget.shots {
            let draws: Vec<Material> = (0..context.budget.draws)
                .map(|draw| {
                    let images = context.shots(&classes, count, draw);
                    let all: Vec<usize> = (0..images.len()).collect();
                    Material {
                        inputs: inputs(&images, &all, subject).into_vec(),
                        labels: all.iter().map(|index| images.label(*index)).collect(),
                    }
                })
                .collect();
            let recovery = attack(context, subject, &draws, goal);
            let images = if count == 1 { "image" } else { "images" };
            let figure = Figure::percent_low(
                &format!("relearning.k{count}"),
                format!("recognised while relearning from {count} {images} per class"),
                recovery.area,
            );
            finding.figures.push(figure);
            finding.curves.push(Curve {
                title: format!("Relearning from {count} {images} per class"),
                x: "steps of training".into(),
                y: "recognised, percent".into(),
                places: Vec::new(),
                points: recovery.points,
            });
            if count == main {
                let steps = steps(&recovery.steps_to_goal, context.budget.steps);
                finding.figures.push(Figure {
                    key: "relearning.steps".into(),
                    label: format!(
                        "steps until the class is known as before, from {count} {images} per class \
                         (one more than were tried where that was not reached)"
                    ),
                    unit: Unit::Steps,
                    about: About::Trace,
                    good: Good::High,
                    margin: 0.1 * context.budget.steps as f64,
                    estimate: steps,
                });
            }
            let choice = recovery.choice;
            finding
                .notes
                .push(format!("From {count} {images} per class, best: {choice}."));
        }
        finding
    }

    fn compare(&self, context: &Context<'_>, findings: &mut [Finding]) {
        let steps = |finding: &Finding| finding.figure("relearning.steps").map(|f| f.estimate);
        let of_retrained: Vec<Option<f64>> = context
            .subjects
            .iter()
            .zip(&*findings)
            .map(|(subject, finding)| {
                let steps = steps(finding).filter(|_| subject.role == Role::Retrained);
                steps.map(|steps| steps.value)
            })
            .collect();
        for (place, finding) in findings.iter_mut().enumerate() {
            let others = of_retrained.iter().enumerate();
            let others = others.filter(|(other, _)| *other != place);
            let others: Vec<f64> = others.filter_map(|(_, steps)| *steps).collect();
            let mean = others.iter().sum::<f64>() / others.len() as f64;
            let Some(steps) = steps(finding).filter(|_| mean > 0.0) else {
                continue;
            };
            finding.figures.push(Figure {
                key: RATIO.into(),
                label: "time to relearn, as a part of the retrained models' time".into(),
                unit: Unit::Number,
                about: About::Trace,
                good: Good::High,
                margin: 0.1,
                estimate: steps.times(1.0 / mean),
            });
        }
    }
}

/// The mean over the draws, with their range; what was not reached counts one
/// step more than were tried.
fn steps(of_draws: &[Option<f64>], tried: usize) -> Estimate {
    let steps = of_draws
        .iter()
        .map(|steps| steps.unwrap_or((tried + 1) as f64));
    let steps: Vec<f64> = steps.collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    if steps.len() < 2 {
        return Estimate::exact(mean);
    }
    let ends = steps
        .iter()
        .fold([f64::MAX, f64::MIN], |[low, high], steps| {
            [low.min(*steps), high.max(*steps)]
        });
    Estimate::within(mean, ends)
}
