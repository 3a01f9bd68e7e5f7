//! Attacks that train a model to know a class again.

use rand::Rng;
use unlearn_data::stream;

use super::bias_control::{output_bias, output_weight};
use super::context::batches;
use super::fine_tune::{FineTuning, SGD};
use super::{Budget, Context, Estimate, Subject};
use crate::network::{Network, Value, largest};

/// What an attacker trains on: inputs row after row, and their labels.
#[derive(Clone, Debug)]
pub(super) struct Material {
    pub inputs: Vec<f32>,
    pub labels: Vec<usize>,
}

/// How the forgotten classes' outputs are set before the first step. The
/// attacker knows which outputs they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// As they are.
    AsIs,
    /// The bias is set to the mean of the other outputs' biases.
    FreshBias,
    /// The same, and the row of the weight is drawn anew as before training.
    FreshRow,
}

impl Start {
    const ALL: [Self; 3] = [Self::AsIs, Self::FreshBias, Self::FreshRow];

    fn words(self) -> &'static str {
        match self {
            Self::AsIs => "its output as it was",
            Self::FreshBias => "its output's bias reset",
            Self::FreshRow => "a fresh output row",
        }
    }
}

/// How a model does at one moment of an attack, in shares of test images.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Standing {
    /// Of the forgotten classes, answered right.
    recognised: f64,
    /// Of the kept classes, answered with a forgotten class.
    mistaken: f64,
}

impl Standing {
    /// Recognised less mistaken.
    fn gain(self) -> f64 {
        self.recognised - self.mistaken
    }
}

/// The mean of some standings.
fn mean(standings: impl ExactSizeIterator<Item = Standing>) -> Standing {
    let count = standings.len() as f64;
    standings.fold(Standing::default(), |sum, standing| Standing {
        recognised: sum.recognised + standing.recognised / count,
        mistaken: sum.mistaken + standing.mistaken / count,
    })
}

/// The course of the attack that did best.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    /// Steps, and recognised less mistaken in percent, mean over the draws.
    pub points: Vec<[f64; 2]>,
    /// The mean of that over the course.
    pub area: Estimate,
    /// The most that any rate and start reached at any moment: an attacker may
    /// stop when it suits him. Of several draws the mean at that moment.
    pub peak: Estimate,
    /// Per draw, the steps until recognised less mistaken is at least the goal
    /// in percent; none if that was not reached.
    pub steps_to_goal: Vec<Option<f64>>,
    /// What the attacker did, for people.
    pub choice: String,
}

/// The L2 norm to which an attacker shortens longer gradients. Without that, rates from 0.01 break
/// some networks in the first steps, retrained ones before others, and an attack that broke its network
/// passes for one that found nothing.
const CLIP_NORM: f64 = 1.0;

/// Moments at which a model is measured, within so many steps.
fn moments(steps: usize) -> Vec<usize> {
    let all = [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 75];
    let mut moments: Vec<usize> = all.into_iter().filter(|moment| *moment < steps).collect();
    moments.push(steps);
    moments
}

/// How many steps an attack takes with one draw of material.
pub(super) fn steps_per_draw(budget: &Budget) -> usize {
    Start::ALL.len() * budget.learning_rates.len() * budget.steps
}

/// Attacks a model with several draws of material, learning rates and starts,
/// and gives the course of those rate and start that did best over the draws.
/// Not to train at all is one of the choices.
///
/// A model *recognises* as far as it answers images of the forgotten classes
/// right, less as far as it answers those of kept classes with a forgotten
/// class: one that answers everything so gains nothing (Youden's J). The
/// attacker's choice is made on the images that measure it, so it bounds a real
/// attacker from above, and the retrained model's attacker just the same.
pub(super) fn attack(
    context: &Context<'_>,
    subject: &Subject,
    draws: &[Material],
    goal_percent: f64,
) -> Recovery {
    let budget = &context.budget;
    let moments = moments(budget.steps);
    let mut best: Option<(f64, Vec<Vec<Standing>>, String)> = None;
    let mut peak = Standing::default();
    for start in Start::ALL {
        let Some(network) = started(context, subject, start) else {
            continue;
        };
        let first = standing(context, subject, &network);
        let still = vec![vec![first; moments.len()]; draws.len()];
        let untrained = (still, format!("no training, {}", start.words()));
        let trained = budget.learning_rates.iter().map(|&learning_rate| {
            let courses = draws.iter().enumerate().map(|(draw, material)| {
                let mut network = network.clone();
                let mut course = vec![first];
                let tuning = FineTuning {
                    inputs: &material.inputs,
                    labels: &material.labels,
                    optimizer: SGD,
                    learning_rate,
                    clip_norm: Some(CLIP_NORM),
                    steps: budget.steps,
                    batch_size: budget.batch_size,
                    seed: context.seed.wrapping_add(draw as u64),
                };
                tuning.run(&mut network, |step, network| {
                    if moments.contains(&step) {
                        course.push(standing(context, subject, network));
                    }
                });
                course
            });
            let choice = format!("learning rate {learning_rate}, {}", start.words());
            (courses.collect(), choice)
        });
        for (courses, choice) in std::iter::once(untrained).chain(trained) {
            let over_steps = courses
                .iter()
                .map(|course| mean_over_steps(&moments, course));
            let gain = mean(over_steps).gain();
            for place in 0..moments.len() {
                let standing = mean(courses.iter().map(|course| course[place]));
                if standing.gain() > peak.gain() {
                    peak = standing;
                }
            }
            if best.as_ref().is_none_or(|(most, ..)| gain > *most) {
                best = Some((gain, courses, choice));
            }
        }
    }
    let (_, courses, choice) = best
        .unwrap_or_else(|| unreachable!("one start needs nothing, and no training needs no rate"));
    let points = moments.iter().enumerate().map(|(place, moment)| {
        let standing = mean(courses.iter().map(|course| course[place]));
        [*moment as f64, 100.0 * standing.gain()]
    });
    let over_steps = courses
        .iter()
        .map(|course| mean_over_steps(&moments, course));
    let area = share_estimate(context, mean(over_steps));
    let steps = courses.iter().map(|course| {
        let course: Vec<f64> = course
            .iter()
            .map(|standing| 100.0 * standing.gain())
            .collect();
        steps_to(&moments, &course, goal_percent)
    });
    Recovery {
        points: points.collect(),
        area,
        peak: share_estimate(context, peak),
        steps_to_goal: steps.collect(),
        choice,
    }
}

/// What a model recognises without an attack, in percent.
pub(super) fn recognised_percent(context: &Context<'_>, subject: &Subject) -> Estimate {
    share_estimate(context, standing(context, subject, &subject.model.network)).times(100.0)
}

/// Recognised less mistaken with its interval, each a share of its own images.
fn share_estimate(context: &Context<'_>, standing: Standing) -> Estimate {
    let forgotten = context.test.of_classes(&context.forgotten).len();
    let kept = context.test.len() - forgotten;
    let recognised = Estimate::share(standing.recognised, forgotten);
    recognised.minus(Estimate::share(standing.mistaken, kept))
}

/// A start of an attack; none where the network has no such output layer.
fn started(context: &Context<'_>, subject: &Subject, start: Start) -> Option<Network> {
    let mut network = subject.model.network.clone();
    if start == Start::AsIs {
        return Some(network);
    }
    let bias = output_bias(&network)?;
    let mut biases = network.parameters()[bias].value.to_vec();
    let kept = context.kept.iter().map(|class| biases[*class]);
    let mean = kept.sum::<f32>() / context.kept.len() as f32;
    for class in &context.forgotten {
        biases[*class] = mean;
    }
    let classes = biases.len();
    let device = network.device().clone();
    network.set(bias, Value::from_vec(biases, &[classes], &device));
    if start == Start::FreshRow {
        let weight = output_weight(&network)?;
        let mut numbers = network.parameters()[weight].value.to_vec();
        let features = numbers.len() / classes;
        // PyTorch's default for a linear layer.
        let bound = (features as f32).sqrt().recip();
        let mut random = stream(context.seed, "audit/fresh row");
        for class in &context.forgotten {
            let row = &mut numbers[class * features..][..features];
            row.fill_with(|| random.random_range(-bound..bound));
        }
        network.set(
            weight,
            Value::from_vec(numbers, &[classes, features], &device),
        );
    }
    Some(network)
}

fn standing(context: &Context<'_>, subject: &Subject, network: &Network) -> Standing {
    let (mut recognised, mut mistaken, mut forgotten) = (0, 0, 0);
    let classes = network.class_count();
    for (first, batch) in batches(&context.test, subject) {
        let logits = network.forward(batch).into_vec();
        for (place, row) in logits.chunks_exact(classes).enumerate() {
            let (label, answer) = (context.test.label(first + place), largest(row));
            match context.is_forgotten(label) {
                true => {
                    forgotten += 1;
                    recognised += usize::from(answer == label);
                }
                false => mistaken += usize::from(context.is_forgotten(answer)),
            }
        }
    }
    let kept = context.test.len() - forgotten;
    Standing {
        recognised: f64::from(recognised as u32) / forgotten.max(1) as f64,
        mistaken: f64::from(mistaken as u32) / kept.max(1) as f64,
    }
}

/// The mean over the steps, straight lines between the moments.
fn mean_over_steps(moments: &[usize], course: &[Standing]) -> Standing {
    let mean = |of: fn(&Standing) -> f64| {
        let pairs = moments.windows(2).zip(course.windows(2));
        let areas = pairs.map(|(x, y)| (x[1] - x[0]) as f64 * (of(&y[0]) + of(&y[1])) / 2.0);
        areas.sum::<f64>() / moments[moments.len() - 1] as f64
    };
    Standing {
        recognised: mean(|standing| standing.recognised),
        mistaken: mean(|standing| standing.mistaken),
    }
}

/// Where a course first reaches a goal, straight lines between the moments.
fn steps_to(moments: &[usize], course: &[f64], goal: f64) -> Option<f64> {
    let place = course.iter().position(|height| *height >= goal)?;
    let Some(before) = place.checked_sub(1) else {
        return Some(0.0);
    };
    let (x, y) = (
        [moments[before], moments[place]],
        [course[before], course[place]],
    );
    let part = (goal - y[0]) / (y[1] - y[0]);
    Some(x[0] as f64 + part * (x[1] - x[0]) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_begin_before_the_first_step_and_end_with_the_last() {
        assert_eq!(moments(12), [0, 1, 2, 3, 5, 8, 12]);
        assert_eq!(moments(10), [0, 1, 2, 3, 5, 8, 10]);
    }

    #[test]
    fn the_mean_over_steps_is_the_area_under_the_curve() {
        let course = [0.0, 1.0, 1.0].map(|recognised| Standing {
            recognised,
            mistaken: 0.25,
        });
        let mean = mean_over_steps(&[0, 1, 5], &course);
        assert_eq!((mean.recognised, mean.mistaken), (0.9, 0.25));
    }

    #[test]
    fn a_goal_is_reached_between_two_moments() {
        let course = [0.0, 20.0, 60.0];
        assert_eq!(steps_to(&[0, 2, 6], &course, 40.0), Some(4.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 0.0), Some(0.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 61.0), None);
    }
}
