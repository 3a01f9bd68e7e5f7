//! The moves that a step chooses among.

use super::{Part, Perturbation, Scope, Sign};
use crate::forget::CodeMeasures;
use crate::network::Network;

/// The ways to move a part so that one class is forgotten: groups of
/// parameters, each with a strength of its own.
#[derive(Debug)]
pub struct Moves<'a> {
    part: &'a Part,
    class: usize,
    kept: &'a [usize],
    groups: Vec<Perturbation>,
    /// What the kept codes' blends are answered with before.
    answers: Vec<usize>,
    backward_passes: usize,
}

/// How far each group moves.
#[derive(Clone, Debug)]
pub struct Strength {
    /// Bounds alpha.
    bound: f64,
    /// Per group; 0 where it stays.
    lambda2: Vec<f64>,
    /// Which way.
    pub sign: Sign,
}

/// A strength, and what the codes say of it.
#[derive(Debug)]
pub struct Trial {
    /// The strength.
    pub strength: Strength,
    /// What the codes say.
    pub codes: CodeMeasures,
    /// Percent of the kept codes' blends that another kept class answers than before.
    pub kept_blends_changed_percent: f64,
}

impl<'a> Moves<'a> {
    /// The moves within a scope, from the Fisher diagonals of the class's and
    /// the kept codes.
    pub fn new(part: &'a Part, class: usize, kept: &'a [usize], scope: Scope) -> Self {
        let perturbation = part.perturbation(scope, [&[class], kept]);
        let groups = match scope {
            Scope::Output => perturbation.into_tensors(),
            Scope::All | Scope::Classifier | Scope::Features => vec![perturbation],
        };
        Self {
            part,
            class,
            kept,
            groups,
            answers: part.blend_answers(&part.network, kept),
            backward_passes: 1 + kept.len(),
        }
    }

    /// The groups that have a strength of their own.
    pub fn groups(&self) -> impl Iterator<Item = &Perturbation> {
        self.groups.iter()
    }

    /// Single-sample backward passes that the moves took to find.
    pub fn backward_passes(&self) -> usize {
        self.backward_passes
    }

    /// The strength that moves nothing.
    pub fn none(&self) -> Strength {
        Strength::new(0.0, vec![None; self.groups.len()], Sign::Minus)
    }

    /// The loss on the class's code where one group moves alone.
    pub fn loss_alone(&self, group: &Perturbation, lambdas: [f64; 2], sign: Sign) -> f64 {
        let moved = group.apply(&self.part.network, lambdas, sign);
        self.part.loss_of_one(&moved, self.class, self.kept).mean()
    }

    /// The part moved by a factor times a strength.
    pub fn apply(&self, strength: &Strength, factor: f64) -> Network {
        let Strength { bound, sign, .. } = *strength;
        let moves = self.groups.iter().zip(&strength.lambda2);
        moves.fold(self.part.network.clone(), |network, (group, lambda2)| {
            group.apply(&network, [bound, factor * lambda2], sign)
        })
    }

    /// What the codes say of a factor times a strength.
    pub fn try_out(&self, strength: Strength, factor: f64) -> Trial {
        let network = self.apply(&strength, factor);
        let answers = self.part.blend_answers(&network, self.kept);
        Trial {
            strength,
            codes: self.part.measures_of_one(&network, self.class, self.kept),
            kept_blends_changed_percent: changed_percent(&self.answers, &answers),
        }
    }

    /// The lambda1 and lambda2 that no group exceeds.
    pub fn lambdas(&self, strength: &Strength) -> [f64; 2] {
        let groups = self.groups.iter().zip(&strength.lambda2);
        let alphas = groups.map(|(group, lambda2)| strength.bound.min(group.unbounding(*lambda2)));
        let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, f64::max);
        let mut lambda2 = strength.lambda2.iter().copied();
        [largest(&mut alphas.into_iter()), largest(&mut lambda2)]
    }
}

impl Strength {
    /// A strength per group; none where the group stays.
    pub fn new(bound: f64, lambda2: Vec<Option<f64>>, sign: Sign) -> Self {
        let lambda2 = lambda2.into_iter().map(|lambda2| lambda2.unwrap_or(0.0));
        Self {
            bound,
            lambda2: lambda2.collect(),
            sign,
        }
    }
}

impl Trial {
    /// Whether fewer blends of kept codes are given to another kept class, or
    /// as few and the kept codes cost less.
    pub fn harms_less_than(&self, other: &Self) -> bool {
        let harm = |trial: &Self| (trial.kept_blends_changed_percent, trial.codes.kept_loss);
        harm(self) < harm(other)
    }
}

/// Percent of the answers that are others.
pub fn changed_percent(before: &[usize], after: &[usize]) -> f64 {
    let changed = before.iter().zip(after).filter(|(one, other)| one != other);
    100.0 * changed.count() as f64 / before.len().max(1) as f64
}
