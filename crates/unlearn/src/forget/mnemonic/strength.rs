//! How strongly to move, by the codes alone.

use super::{Moves, Part, Scope, Sign, Strength, Trial};
use crate::forget::{CurvePoint, Step, log_odds};
use crate::network::Network;

/// The least loss of a forgotten code that is aimed at, in nats.
const GOAL_NATS: f64 = 15.0;

/// How many times the log-odds that codes are known with are to lie on the
/// other side of zero. Images of a class can hold it more firmly than its code
/// does, and follow the code's fall less than fully (docs/forgetting.md); this aims at a fall of 4 times the log-odds.
const GOAL_LOG_ODDS: f64 = 3.0;

/// The strengths tried: from the first, by factors of four, up to the last.
const LAMBDA2: [f64; 2] = [1e-3, 1e4];

/// How close to the weakest strength that reaches the goal the search ends.
const PRECISION: f64 = 1.01;

/// The lambda1 tried where a scope holds layers in which nothing may be
/// specific to the class; beside these, none at all.
const LAMBDA1: [f64; 3] = [1e-4, 1e-3, 1e-2];

/// Strengths of a curve, as parts of the one chosen.
const CURVE: [f64; 7] = [0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0];

/// What a step aims at.
#[derive(Clone, Copy, Debug)]
pub struct Aim {
    /// What may move.
    pub scope: Scope,
    /// The loss to which the code is brought, in nats; [`goal`] where none is given.
    pub goal: Option<f64>,
    /// Whether the step is to say what other strengths would have done.
    pub curve: bool,
}

/// A part that moved so that one class's code is forgotten, with the step.
pub struct Found {
    /// The part afterwards.
    pub network: Network,
    /// What was done.
    pub step: Step,
    /// Single-sample backward passes that it took.
    pub backward_passes: usize,
}

/// Moves a part as little as forgets one class's code.
///
/// For each sign, and for each lambda1 where the scope reaches more than the
/// classifier layer, the weakest lambda2 is sought that brings the code's loss
/// to the goal: by factors of four, then by bisection. In the scope
/// [`Scope::Output`] weight and bias have a lambda2 each, with which either alone
/// reaches the goal: the weight by the features that the code has, the bias for inputs that
/// share no feature with it. Of the signs and bounds that reach the goal,
/// the one is taken after which the fewest blends of kept codes with noise are given to
/// another kept class, then the one with the least loss on the kept codes, then minus.
/// Where none reaches it, nothing moves.
pub fn forget_one(part: &Part, class: usize, kept: &[usize], aim: Aim) -> Found {
    let moves = Moves::new(part, class, kept, aim.scope);
    let goal = aim.goal.unwrap_or_else(|| goal(part, class, kept));
    let chosen = least_harmful(&moves, goal, aim.scope);
    let reached = chosen.is_some();
    let Trial {
        strength,
        codes: after,
        kept_blends_changed_percent,
    } = chosen.unwrap_or_else(|| moves.try_out(moves.none(), 1.0));
    let [lambda1, lambda2] = moves.lambdas(&strength);
    let factors = CURVE.iter().filter(|_| aim.curve && reached);
    let curve = factors.map(|factor| {
        let trial = moves.try_out(strength.clone(), *factor);
        CurvePoint {
            lambda2: factor * lambda2,
            codes: trial.codes,
            kept_blends_changed_percent: trial.kept_blends_changed_percent,
        }
    });
    Found {
        backward_passes: moves.backward_passes(),
        step: Step {
            classes: vec![class],
            scope: aim.scope,
            sign: strength.sign,
            lambda1,
            lambda2,
            reached: Some(reached),
            before: part.measures_of_one(&part.network, class, kept),
            after,
            kept_blends_changed_percent: Some(kept_blends_changed_percent),
            curve: curve.collect(),
        },
        network: moves.apply(&strength, 1.0),
    }
}

/// Of the weakest strengths that reach the goal, the one that harms the kept
/// classes least.
fn least_harmful(moves: &Moves<'_>, goal: f64, scope: Scope) -> Option<Trial> {
    let mut best: Option<Trial> = None;
    for sign in [Sign::Minus, Sign::Plus] {
        for bound in lambda1_bounds(scope) {
            let weakest = |group| {
                let loss = |lambda2| moves.loss_alone(group, [bound, lambda2], sign);
                weakest(goal, loss)
            };
            let lambda2: Vec<Option<f64>> = moves.groups().map(weakest).collect();
            if lambda2.iter().all(Option::is_none) {
                continue;
            }
            let trial = moves.try_out(Strength::new(bound, lambda2, sign), 1.0);
            let is_better = best.as_ref().is_none_or(|best| trial.harms_less_than(best));
            if trial.codes.is_finite() && is_better {
                best = Some(trial);
            }
        }
    }
    best
}

/// The loss to which a class's code is to be brought, in nats, among the class
/// and the kept ones:
///
/// `max(GOAL_NATS, GOAL_LOG_ODDS * max(o_c, mean over R of o_k))`,
///
/// `o_c` the log-odds of the class on its code and `o_k` those of a kept class on its own among
/// the kept ones. These stand in where the class itself is forgotten already, and must be
/// forgotten further; what is forgotten does not change them. One kept class alone has none.
pub fn goal(part: &Part, class: usize, kept: &[usize]) -> f64 {
    let network = &part.network;
    let own = log_odds(part.loss_of_one(network, class, kept).mean());
    let of_kept = match kept.len() {
        1 => 0.0,
        count => {
            let losses = part.loss_among(network, kept, kept).losses.into_iter();
            losses.map(log_odds).sum::<f64>() / count as f64
        }
    };
    GOAL_NATS.max(GOAL_LOG_ODDS * own.max(of_kept))
}

/// What bounds alpha: only layers outside the classifier need a bound.
fn lambda1_bounds(scope: Scope) -> Vec<f64> {
    let mut bounds = vec![f64::INFINITY];
    if !scope.is_in_classifier() {
        bounds.extend(LAMBDA1);
    }
    bounds
}

/// The weakest strength whose loss reaches the goal.
fn weakest(goal: f64, loss: impl Fn(f64) -> f64) -> Option<f64> {
    let [mut high, last] = LAMBDA2;
    while loss(high).is_nan() || loss(high) < goal {
        high *= 4.0;
        if high > last {
            return None;
        }
    }
    let mut low = high / 4.0;
    while high / low > PRECISION {
        let middle = (low * high).sqrt();
        match loss(middle) >= goal {
            true => high = middle,
            false => low = middle,
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_strength_is_found_within_a_percent() {
        for slope in [0.01, 3.0, 1000.0] {
            let found = weakest(15.0, |lambda2| slope * lambda2).unwrap();
            let exact = 15.0 / slope;
            assert!(
                found >= exact && found <= exact * PRECISION,
                "{found} {exact}"
            );
        }
        assert_eq!(weakest(15.0, |_| 3.0), None);
        assert_eq!(weakest(15.0, |_| f64::NAN), None);
    }
}
