//! Forgetting class after class, as strongly as the codes ask for.

use std::time::Duration;

use serde_json::{Map, json};

use super::{Aim, Part, forget_one, goal};
use crate::forget::{Context, ForgetError, Forgotten, Step};

/// A forgotten class takes another step when its code's loss is below this part
/// of the goal: a little less than all, so that it is not moved a little every time.
const NEAR: f64 = 0.8;

/// How often classes that came back are forgotten anew before giving up.
const ROUNDS: usize = 3;

/// Forgets one class after the other, in ascending order, each by a step of
/// its own ([`forget_one`]) with the Fisher diagonals of the network as it then is.
///
/// Only the classes that are kept in the end count as kept in every step: those still to
/// come are neither kept nor forgotten yet. At the end all codes forgotten so far,
/// earlier requests' included, are asked for again, and those that came near to the kept
/// classes take another step. It stops after the step with which the
/// kept codes' mean loss has risen by more than `max_kept_loss`.
///
/// # Errors
/// If there are no codes.
pub fn automatic(context: Context<'_>, aim: Aim) -> Result<Forgotten, ForgetError> {
    let (network, request) = (&context.model.network, context.request);
    let mut part = Part::new(context, aim.scope, &request.classes())?;
    let before = part.answers(&part.network);
    let kept = request.kept();
    let most = part.loss(&part.network, kept).mean() + context.max_kept_loss.unwrap_or(f64::MAX);
    let gone = [request.forgotten(), request.gone()].concat();
    let mut next = request.forgotten().to_vec();
    let (mut steps, mut backward_passes) = (Vec::new(), 0);
    'rounds: for _ in 0..ROUNDS {
        for class in next {
            let found = forget_one(&part, class, kept, aim);
            part.network = found.network;
            backward_passes += found.backward_passes;
            let over = found.step.after.kept_loss > most;
            steps.push(found.step);
            if over {
                break 'rounds;
            }
        }
        // A class falls behind those that are kept, and of these fewer are left now.
        let is_near = |class: &usize| {
            let loss = part.loss_of_one(&part.network, *class, kept);
            loss.mean() < NEAR * aim.goal.unwrap_or_else(|| goal(&part, *class, kept))
        };
        let missed = |class: &usize| {
            let steps: &[Step] = &steps;
            let of_class = |step: &&Step| step.classes == [*class];
            let last = steps.iter().rev().find(of_class);
            last.is_some_and(|step| step.reached == Some(false))
        };
        let again = gone.iter().filter(|class| is_near(class) && !missed(class));
        next = again.copied().collect();
        if next.is_empty() {
            break;
        }
    }
    let choices = [("strength", json!("auto")), ("scope", json!(aim.scope))];
    Ok(Forgotten {
        network: part.put_into(network),
        architecture: None,
        is_drawn_anew: false,
        answers: Some([before, part.answers(&part.network)]),
        measuring: Duration::ZERO,
        backward_passes,
        choices: Map::from_iter(choices.map(|(name, choice)| (name.to_owned(), choice))),
        steps,
    })
}
