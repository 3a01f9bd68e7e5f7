//! Attacks that train a model to know a class again.

use super::attempt::{Attempt, Found, Goal, Hits, found, moments, over_steps, signed_sum};
use super::context::batches;
use super::fine_tune::{FineTuning, SGD};
use super::resample::resample;
use super::start::Start;
use super::{Budget, Context, Estimate, Subject};
use crate::network::{Network, largest};

/// What an attacker trains on: inputs row after row, and their labels.
#[derive(Clone, Debug)]
pub(super) struct Material {
    pub inputs: Vec<f32>,
    pub labels: Vec<usize>,
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

/// The L2 norm to which an attacker shortens longer gradients. Without that, rates from 0.01 break
/// some networks in the first steps, retrained ones before others, and an attack that broke its network
/// passes for one that found nothing.
const CLIP_NORM: f64 = 1.0;

/// Images of the forgotten classes that a bootstrap of steps needs: of fewer that are all answered alike
/// it sees no scatter where there is some.
const FEWEST_IMAGES: usize = 20;

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
        let Some(network) = start.network(context, subject) else {
            continue;
        };
        let first = hits(context, subject, &network);
        attempts.push(Attempt {
            draws: vec![vec![first.clone(); moments.len()]; draws.len()],
            choice: format!("not training at all, {}", start.words()),
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
