//! How strongly to move, by the codes alone.

use super::{Part, Perturbation, Scope, Sign};
use crate::forget::{CodeMeasures, CurvePoint, Step, log_odds};
use crate::network::Network;

/// The least loss of a forgotten code that is aimed at, in nats.
const GOAL_NATS: f64 = 15.0;

/// How many times the log-odds that a class had on its code they are to lie on
/// the other side of zero. Images of the class can hold it more firmly than its code does,
/// and follow the code's fall less than fully: over the classes measured in
/// docs/forgetting.md, 99 % of the images were forgotten when the fall was 0.7
/// to 1.8 times the code's log-odds; this aims at 4 times.
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
/// to the goal: by factors of four, then by bisection. Of those that reach it,
/// the one is taken after which the fewest blends of kept codes with noise are given to
/// another kept class, then the one with the least loss on the kept codes, then minus.
/// Where none reaches it, nothing moves.
pub fn forget_one(part: &Part, class: usize, kept: &[usize], scope: Scope, curve: bool) -> Found {
    let network = &part.network;
    let (of_class, of_kept) = (part.fisher(&[class]), part.fisher(kept));
    let perturbation = Perturbation::new(network, [&of_class, &of_kept], scope, &[class]);
    let before = part.measures_of_one(network, class, kept);
    let answers = part.blend_answers(network, kept);
    let trial = |lambdas: [f64; 2], sign: Sign| {
        let network = perturbation.apply(network, lambdas, sign);
        let codes = part.measures_of_one(&network, class, kept);
        let changed = changed_percent(&answers, &part.blend_answers(&network, kept));
        (network, codes, changed)
    };
    let goal = goal_loss(before.forgotten_loss);
    let mut best: Option<([f64; 2], Sign, CodeMeasures, f64)> = None;
    for sign in [Sign::Minus, Sign::Plus] {
        for bound in lambda1_bounds(scope) {
            let loss = |lambda2| {
                let moved = perturbation.apply(network, [bound, lambda2], sign);
                part.loss_of_one(&moved, class, kept).mean()
            };
            let Some(lambda2) = weakest(goal, loss) else {
                continue;
            };
            let lambdas = [bound, lambda2];
            let (_, codes, changed) = trial(lambdas, sign);
            let harm = (changed, codes.kept_loss);
            let least = best.map(|(_, _, codes, changed)| (changed, codes.kept_loss));
            if codes.is_finite() && least.is_none_or(|least| harm < least) {
                best = Some((lambdas, sign, codes, changed));
            }
        }
    }
    let reached = best.is_some();
    let (lambdas, sign, after, changed) = best.unwrap_or(([0.0; 2], Sign::Minus, before, 0.0));
    let [bound, lambda2] = lambdas;
    let strengths = CURVE.iter().filter(|_| curve && reached);
    let curve = strengths.map(|part| {
        let lambda2 = part * lambda2;
        let (_, codes, kept_blends_changed_percent) = trial([bound, lambda2], sign);
        CurvePoint {
            lambda2,
            codes,
            kept_blends_changed_percent,
        }
    });
    Found {
        network: perturbation.apply(network, lambdas, sign),
        backward_passes: of_class.backward_passes() + of_kept.backward_passes(),
        step: Step {
            classes: vec![class],
            scope,
            sign,
            // As a number that gives the same move again.
            lambda1: bound.min(perturbation.unbounding(lambda2)),
            lambda2,
            reached: Some(reached),
            before,
            after,
            kept_blends_changed_percent: changed,
            curve: curve.collect(),
        },
    }
}

/// The loss to which a code is brought that had this loss, in nats.
fn goal_loss(before: f64) -> f64 {
    GOAL_NATS.max(GOAL_LOG_ODDS * log_odds(before))
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

/// Percent of the answers that are others.
pub fn changed_percent(before: &[usize], after: &[usize]) -> f64 {
    let changed = before.iter().zip(after).filter(|(one, other)| one != other);
    100.0 * changed.count() as f64 / before.len().max(1) as f64
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

    #[test]
    fn a_code_held_firmly_is_pushed_further() {
        assert_eq!(goal_loss(0.5), GOAL_NATS);
        let firmly = (-10f64).exp();
        assert!((goal_loss(firmly) - 30.0).abs() < 1e-3);
        assert_eq!(goal_loss(20.0), GOAL_NATS, "forgotten already");
    }
}
