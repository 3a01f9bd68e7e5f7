//! Attacks that train a model to know a class again.

use rand::Rng;
use unlearn_data::stream;

use super::bias_control::{output_bias, output_weight};
use super::context::batches;
use super::fine_tune::{FineTuning, SGD};
use super::resample::{resample, weighted_mean};
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

/// Per test image, at one moment of an attack, whether it counts: an image of the forgotten
/// classes answered right, or one of the kept classes answered with a forgotten class.
pub(super) type Hits = Vec<bool>;

/// What counts as having the class back.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    /// What the model before answers.
    pub before: Hits,
    /// By how much less than it recognises, as a share.
    pub slack: f64,
}

/// What the best attacks come to.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    /// Steps, and recognised less mistaken in percent, mean over the draws, of the attack with
    /// the largest area.
    pub points: Vec<[f64; 2]>,
    /// The mean of that over the course.
    pub area: Measurement,
    /// The most that any rate and start reached at any moment: an attacker may
    /// stop when it suits him. Of several draws the mean at that moment.
    pub peak: Measurement,
    /// The fewest steps of any rate and start until recognised less mistaken reaches the goal;
    /// one more than were tried where that is not reached. The mean over the draws; without an
    /// interval where there are fewer than 20 images.
    pub steps: Option<Measurement>,
    /// What the attacker with the largest area did, for people.
    pub choice: String,
    /// What the fastest did, where there is a goal.
    pub fastest: String,
}

/// A number with how it moves with images and draws.
#[derive(Clone, Debug)]
pub(super) struct Measurement {
    /// The number.
    pub estimate: Estimate,
    /// See [`super::Finding::moves`].
    pub moves: Vec<f64>,
}

/// One rate and start: per draw, what counts at every moment.
struct Attempt {
    draws: Vec<Vec<Hits>>,
    choice: String,
}

/// What all attempts come to, by how often images and draws were drawn.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    area: f64,
    /// The attempt with that area.
    best: usize,
    peak: f64,
    /// The attempt and the moment with that peak.
    peak_at: [usize; 2],
    steps: f64,
    /// The attempt with so many steps.
    fastest: usize,
}

/// The L2 norm to which an attacker shortens longer gradients. Without that, rates from 0.01 break
/// some networks in the first steps, retrained ones before others, and an attack that broke its network
/// passes for one that found nothing.
const CLIP_NORM: f64 = 1.0;

/// Images of the forgotten classes that a bootstrap of steps needs: of fewer that are all answered alike
/// it sees no scatter where there is some.
const FEWEST_IMAGES: usize = 20;

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
/// and gives what the rate and start come to that do best over the draws.
/// Not to train at all is one of the choices.
///
/// A model *recognises* as far as it answers images of the forgotten classes
/// right, less as far as it answers those of kept classes with a forgotten
/// class: one that answers everything so gains nothing (Youden's J). The
/// attacker's choice is made on the images that measure it, so it bounds a real
/// attacker from above, and the retrained model's attacker just the same; the bootstrap, which
/// draws images and draws again, makes it anew.
pub(super) fn attack(
    context: &Context<'_>,
    subject: &Subject,
    draws: &[Material],
    goal: Option<&Goal>,
) -> Recovery {
    let budget = &context.budget;
    let moments = moments(budget.steps);
    let mut attempts = Vec::new();
    for start in Start::ALL {
        let Some(network) = started(context, subject, start) else {
            continue;
        };
        let first = hits(context, subject, &network);
        attempts.push(Attempt {
            draws: vec![vec![first.clone(); moments.len()]; draws.len()],
            choice: format!("no training, {}", start.words()),
        });
        attempts.extend(budget.learning_rates.iter().map(|&learning_rate| {
            let courses = draws.iter().enumerate().map(|(draw, material)| {
                let mut network = network.clone();
                let mut course = vec![first.clone()];
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
                        course.push(hits(context, subject, network));
                    }
                });
                course
            });
            Attempt {
                draws: courses.collect(),
                choice: format!("learning rate {learning_rate}, {}", start.words()),
            }
        }));
    }
    let images = context.test.len();
    let of = |weights: &[f64]| {
        let signed = signed(context, &weights[..images]);
        found(&attempts, &moments, &signed, &weights[images..], goal)
    };
    let all = of(&vec![1.0; images + draws.len()]);
    // The draws are a group of their own.
    let mut groups = super::context::labels(&context.test);
    groups.extend(vec![usize::MAX; draws.len()]);
    let resampled = resample(&groups, context.seed, of);
    let moves = |number: fn(&Found) -> f64| resampled.iter().map(number).collect::<Vec<f64>>();
    let best = &attempts[all.best];
    let points = moments.iter().enumerate().map(|(place, moment)| {
        let gain = gain(context, best.draws.iter().map(|course| &course[place]));
        [*moment as f64, 100.0 * gain]
    });
    let over_steps = over_steps(&moments);
    let area = best
        .draws
        .iter()
        .flat_map(|course| course.iter().zip(&over_steps));
    let area = share_estimate(
        context,
        area.map(|(hits, part)| (hits, part / draws.len() as f64)),
    );
    let [attempt, moment] = all.peak_at;
    let peak = attempts[attempt].draws.iter().map(|course| &course[moment]);
    let peak = share_estimate(context, peak.map(|hits| (hits, 1.0 / draws.len() as f64)));
    Recovery {
        points: points.collect(),
        area: Measurement {
            estimate: area,
            moves: moves(|found| found.area),
        },
        peak: Measurement {
            estimate: peak,
            moves: moves(|found| found.peak),
        },
        steps: goal.map(|_| {
            let forgotten = context.test.of_classes(&context.forgotten).len();
            let moves = match forgotten < FEWEST_IMAGES {
                true => Vec::new(),
                false => moves(|found| found.steps),
            };
            Measurement {
                estimate: Estimate::resampled(all.steps, &moves),
                moves,
            }
        }),
        choice: best.choice.clone(),
        fastest: attempts[all.fastest].choice.clone(),
    }
}

/// What attempts come to, by the signed weights of images and those of draws.
fn found(
    attempts: &[Attempt],
    moments: &[usize],
    signed: &[f64],
    draws: &[f64],
    goal: Option<&Goal>,
) -> Found {
    let goal = goal.map(|goal| signed_sum(&goal.before, signed) - goal.slack);
    let tried = moments[moments.len() - 1];
    let over_steps = over_steps(moments);
    let mut most = Found {
        area: f64::NEG_INFINITY,
        peak: f64::NEG_INFINITY,
        steps: f64::INFINITY,
        ..Found::default()
    };
    for (attempt, Attempt { draws: courses, .. }) in attempts.iter().enumerate() {
        let courses = courses.iter().map(|course| {
            let gains = course.iter().map(|hits| signed_sum(hits, signed));
            gains.collect::<Vec<f64>>()
        });
        let courses: Vec<Vec<f64>> = courses.collect();
        let mean_of = |of: &dyn Fn(&[f64]) -> f64| {
            weighted_mean(
                draws
                    .iter()
                    .zip(&courses)
                    .map(|(weight, course)| (*weight, of(course))),
            )
        };
        let area = mean_of(&|course| {
            let parts = course.iter().zip(&over_steps);
            parts.map(|(gain, part)| gain * part).sum()
        });
        if area > most.area {
            (most.area, most.best) = (area, attempt);
        }
        for moment in 0..moments.len() {
            let peak = mean_of(&|course| course[moment]);
            if peak > most.peak {
                (most.peak, most.peak_at) = (peak, [attempt, moment]);
            }
        }
        let Some(goal) = goal else { continue };
        let steps =
            mean_of(&|course| steps_to(moments, course, goal).unwrap_or((tried + 1) as f64));
        if steps < most.steps {
            (most.steps, most.fastest) = (steps, attempt);
        }
    }
    most
}

/// What the model answers without an attack.
pub(super) fn recognised(context: &Context<'_>, subject: &Subject) -> Hits {
    hits(context, subject, &subject.model.network)
}

/// Per test image its weight in what is recognised less what is mistaken, by how often it
/// was drawn: the sum over the images that count is a share less a share.
fn signed(context: &Context<'_>, weights: &[f64]) -> Vec<f64> {
    let is_forgotten = |image: usize| context.is_forgotten(context.test.label(image));
    let mut sums = [0.0; 2];
    for (image, weight) in weights.iter().enumerate() {
        sums[usize::from(is_forgotten(image))] += weight;
    }
    let [kept, forgotten] = sums.map(|sum: f64| sum.max(f64::MIN_POSITIVE));
    let weights = weights.iter().enumerate();
    let signed = weights.map(|(image, weight)| match is_forgotten(image) {
        true => weight / forgotten,
        false => -weight / kept,
    });
    signed.collect()
}

fn signed_sum(hits: &Hits, signed: &[f64]) -> f64 {
    let pairs = hits.iter().zip(signed);
    pairs
        .map(|(hit, weight)| if *hit { *weight } else { 0.0 })
        .sum()
}

/// Recognised less mistaken, the mean over some draws.
fn gain<'h>(context: &Context<'_>, draws: impl ExactSizeIterator<Item = &'h Hits>) -> f64 {
    let count = draws.len() as f64;
    let signed = signed(context, &vec![1.0; context.test.len()]);
    draws.map(|hits| signed_sum(hits, &signed)).sum::<f64>() / count
}

/// Recognised less mistaken with its interval, each a share of its own images: the sum of what counts
/// at several moments, each with its part.
fn share_estimate<'h>(
    context: &Context<'_>,
    moments: impl Iterator<Item = (&'h Hits, f64)>,
) -> Estimate {
    let (mut sums, mut images) = ([0.0; 2], [0usize; 2]);
    let group = |image: usize| usize::from(context.is_forgotten(context.test.label(image)));
    (0..context.test.len()).for_each(|image| images[group(image)] += 1);
    for (hits, part) in moments {
        for (image, _) in hits.iter().enumerate().filter(|(_, hit)| **hit) {
            let group = group(image);
            sums[group] += part / images[group] as f64;
        }
    }
    // Parts add up to 1 but for their last digits.
    let share = |group: usize| Estimate::share(sums[group].min(1.0), images[group]);
    share(1).minus(share(0))
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

/// What counts, of the test images.
fn hits(context: &Context<'_>, subject: &Subject, network: &Network) -> Hits {
    let classes = network.class_count();
    let mut hits = Vec::with_capacity(context.test.len());
    for (first, batch) in batches(&context.test, subject) {
        let logits = network.forward(batch).into_vec();
        for (place, row) in logits.chunks_exact(classes).enumerate() {
            let (label, answer) = (context.test.label(first + place), largest(row));
            hits.push(match context.is_forgotten(label) {
                true => answer == label,
                false => context.is_forgotten(answer),
            });
        }
    }
    hits
}

/// The part of every moment in the mean over the steps, straight lines between the moments.
fn over_steps(moments: &[usize]) -> Vec<f64> {
    let last = moments[moments.len() - 1] as f64;
    let mut parts = vec![0.0; moments.len()];
    for (place, pair) in moments.windows(2).enumerate() {
        let half = (pair[1] - pair[0]) as f64 / 2.0 / last;
        parts[place] += half;
        parts[place + 1] += half;
    }
    parts
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
        let parts = over_steps(&[0, 1, 5]);
        let area = |course: [f64; 3]| parts.iter().zip(course).map(|(p, y)| p * y).sum::<f64>();
        assert!((area([0.0, 1.0, 1.0]) - 0.9).abs() < 1e-12);
        assert!((area([0.25; 3]) - 0.25).abs() < 1e-12);
    }

    /// Of four images of the class; nothing is mistaken.
    fn attempt(course: [usize; 3]) -> Attempt {
        let hits = course.map(|count| (0..4).map(|image| image < count).collect());
        Attempt {
            draws: vec![hits.into()],
            choice: String::new(),
        }
    }

    #[test]
    fn steps_are_those_of_the_fastest_attack_not_of_the_one_with_the_largest_area() {
        // The first reaches 3 of 4 at step 1 and breaks; the second later, and stays.
        let attempts = [attempt([0, 3, 0]), attempt([0, 2, 4])];
        let goal = Goal {
            before: vec![true; 4],
            slack: 0.25,
        };
        let most = found(&attempts, &[0, 1, 9], &[0.25; 4], &[1.0], Some(&goal));
        assert_eq!((most.best, most.fastest), (1, 0));
        assert_eq!(most.steps, 1.0);
        assert_eq!((most.peak, most.peak_at), (1.0, [1, 2]));
        // The goal moves with the images: without the third none is there yet at step 1.
        let some = [0.5, 0.0, 0.0, 0.5];
        let most = found(&attempts, &[0, 1, 9], &some, &[1.0], Some(&goal));
        assert!((most.steps - 5.0).abs() < 1e-12, "{}", most.steps);
    }

    #[test]
    fn a_goal_that_no_attack_reaches_counts_a_step_more_than_were_tried() {
        let goal = Goal {
            before: vec![true; 4],
            slack: 0.0,
        };
        let most = found(
            &[attempt([0, 1, 1])],
            &[0, 1, 9],
            &[0.25; 4],
            &[1.0],
            Some(&goal),
        );
        assert_eq!(most.steps, 10.0);
    }

    #[test]
    fn a_goal_is_reached_between_two_moments() {
        let course = [0.0, 20.0, 60.0];
        assert_eq!(steps_to(&[0, 2, 6], &course, 40.0), Some(4.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 0.0), Some(0.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 61.0), None);
    }
}
