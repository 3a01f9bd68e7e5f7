//! Relearning from a few images.

use super::attempt::Goal;
use super::context::inputs;
use super::recovery::{Material, attack, recognised, steps_per_draw};
use super::{
    About, Audit, Budget, Context, Curve, Estimate, Figure, Finding, Good, Role, Subject, Unit,
};

/// Fine-tunes on k training images per class, forgotten and kept, for several k,
/// learning rates and starts of the output layer; the attacker takes the best.
///
/// The area under the curve is the mean over the steps of what is recognised.
/// Relearn time is the fewest steps of any attack until that is within 5 points of the
/// original's, its ratio to the retrained models' mean (of the others', for one of them) the index
/// that a gate called `relearn` holds to a limit (after the Anamnesis index). Both have the
/// interval of a bootstrap over images and draws.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relearning;

/// By how much less than the original counts as relearned, as a share.
const SLACK: f64 = 0.05;
const STEPS: &str = "relearning.steps";
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
         answered with the class. The curve shows the best attack on each model. Where a model does not know the class as \
         before within the steps tried, the time to relearn is one step more than that, and says little."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["relearning.kN", STEPS, RATIO]
    }

    fn cost(&self, budget: &Budget) -> usize {
        budget.draws * budget.shots.len() * steps_per_draw(budget)
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let goal = Goal {
            before: recognised(context, context.before()),
            slack: SLACK,
        };
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
            let goal = (count == main).then_some(&goal);
            let recovery = attack(context, subject, &draws, goal);
            let images = if count == 1 { "image" } else { "images" };
            let figure = Figure::percent_low(
                &format!("relearning.k{count}"),
                format!("recognised while relearning from {count} {images} per class"),
                recovery.area.estimate,
            );
            finding
                .moves
                .insert(figure.key.clone(), recovery.area.moves);
            finding.figures.push(figure);
            finding.curves.push(Curve {
                title: format!("Relearning from {count} {images} per class"),
                x: "steps of training".into(),
                y: "recognised, percent".into(),
                places: Vec::new(),
                points: recovery.points,
            });
            let fastest = match recovery.steps {
                Some(steps) => {
                    finding.figures.push(Figure {
                        key: STEPS.into(),
                        label: format!(
                            "fewest steps until the class is known as before, from {count} {images} per class \
                             (one more than were tried where that was not reached)"
                        ),
                        unit: Unit::Steps,
                        about: About::Trace,
                        good: Good::High,
                        margin: 0.1 * context.budget.steps as f64,
                        estimate: steps.estimate,
                    });
                    finding.moves.insert(STEPS.into(), steps.moves);
                    format!("; fastest: {}", recovery.fastest)
                }
                None => String::new(),
            };
            let choice = recovery.choice;
            finding.notes.push(format!(
                "From {count} {images} per class, best: {choice}{fastest}."
            ));
        }
        finding
    }

    fn compare(&self, context: &Context<'_>, findings: &mut [Finding]) {
        let times = findings.iter().map(|finding| {
            let time = finding.measured(STEPS)?;
            Some(Time {
                value: time.figure.estimate.value,
                moves: time.moves.to_vec(),
            })
        });
        let times: Vec<Option<Time>> = times.collect();
        let retrained = |other: usize| context.subjects[other].role == Role::Retrained;
        for (place, finding) in findings.iter_mut().enumerate() {
            let others = times.iter().enumerate();
            let others = others.filter(|(other, _)| *other != place && retrained(*other));
            let others: Vec<&Time> = others.filter_map(|(_, time)| time.as_ref()).collect();
            let Some(own) = times[place].as_ref().filter(|_| !others.is_empty()) else {
                continue;
            };
            let (estimate, moves) = own.as_part_of(&others);
            // Nobody's time is a part of none.
            let Some(estimate) = estimate else { continue };
            finding.moves.insert(RATIO.into(), moves);
            finding.figures.push(Figure {
                key: RATIO.into(),
                label: "time to relearn, as a part of the retrained models' time".into(),
                unit: Unit::Number,
                about: About::Trace,
                good: Good::High,
                margin: 0.1,
                estimate,
            });
        }
    }
}

/// Steps with how they move with images and draws.
struct Time {
    value: f64,
    moves: Vec<f64>,
}

impl Time {
    /// A time as a part of the mean of others, with the interval of the bootstrap whose draws they have in
    /// common; without one where the others need no time in some of its draws, and none at all where they
    /// need none.
    fn as_part_of(&self, others: &[&Self]) -> (Option<Estimate>, Vec<f64>) {
        let mean = |of: &dyn Fn(&Self) -> f64| {
            others.iter().map(|other| of(other)).sum::<f64>() / others.len() as f64
        };
        let value = self.value / mean(&|other| other.value);
        let moves = self.moves.iter().enumerate().map(|(draw, own)| {
            own / mean(&|other| other.moves.get(draw).copied().unwrap_or(f64::NAN))
        });
        let mut moves: Vec<f64> = moves.collect();
        if !moves.iter().all(|part| part.is_finite()) {
            moves.clear();
        }
        let estimate = Estimate::resampled(value, &moves);
        (value.is_finite().then_some(estimate), moves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_a_time_moves_with_both() {
        let time = |value: f64, moves: [f64; 3]| Time {
            value,
            moves: moves.into(),
        };
        let own = time(10.0, [8.0, 10.0, 12.0]);
        let (one, other) = (
            time(10.0, [8.0, 10.0, 12.0]),
            time(30.0, [24.0, 30.0, 36.0]),
        );
        let (estimate, moves) = own.as_part_of(&[&one, &other]);
        assert_eq!(moves, [0.5; 3], "all three move alike");
        assert_eq!(estimate, Some(Estimate::certain(0.5)));
        let (estimate, moves) = own.as_part_of(&[&time(10.0, [0.0, 10.0, 20.0])]);
        assert_eq!((estimate, moves), (Some(Estimate::exact(1.0)), vec![]));
        let (estimate, _) = own.as_part_of(&[&time(0.0, [0.0; 3])]);
        assert_eq!(estimate, None);
    }
}
