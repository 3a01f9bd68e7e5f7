//! How far each parameter moves.

use super::Scope;
use crate::fisher::Fisher;
use crate::network::{Network, Value};

/// How small `f_R` may be beside the largest entry of its tensor before it
/// counts as that small; see [`eta`].
pub const GUARD: f64 = 1e-12;

/// The ratio of importances for one parameter tensor l (paper, Eq. 6), kept
/// finite:
///
/// `eta_i = f_F,i / max(f_R,i, GUARD * m_l)`, `m_l = max_j max(f_F,j, f_R,j)`,
///
/// and 0 where `f_F,i` is 0. So a parameter that no code reaches does not move,
/// and no ratio exceeds `1 / GUARD`.
///
/// # Panics
/// If the two differ in length.
pub fn eta(forgotten: &[f64], kept: &[f64]) -> Vec<f64> {
    assert_eq!(forgotten.len(), kept.len(), "importances of one tensor");
    let largest = forgotten
        .iter()
        .chain(kept)
        .fold(0.0, |m: f64, f| m.max(*f));
    let floor = GUARD * largest;
    let pairs = forgotten.iter().zip(kept);
    pairs
        .map(|(forgotten, kept)| match *forgotten > 0.0 {
            true => forgotten / kept.max(floor),
            false => 0.0,
        })
        .collect()
}

/// A step for every parameter in scope: `alpha_l * eta_i` with
/// `alpha_l = min(lambda1, lambda2 / max_{i in l} eta_i)`, l a named parameter
/// tensor (paper, Eq. 7). Whether it is added or subtracted is not its affair.
#[derive(Clone, Debug)]
pub struct Perturbation {
    /// Per parameter of the network; `None` where nothing moves.
    steps: Vec<Option<Vec<f32>>>,
}

impl Perturbation {
    /// The steps of the parameters in scope.
    pub fn new(
        network: &Network,
        [forgotten, kept]: [&Fisher; 2],
        [lambda1, lambda2]: [f64; 2],
        scope: Scope,
    ) -> Self {
        let steps = (0..network.parameters().len()).map(|index| {
            if !scope.contains(network, index) {
                return None;
            }
            let [forgotten, kept] = Fisher::pair(forgotten, kept, index)?;
            let eta = eta(&forgotten, &kept);
            let largest = eta.iter().fold(0.0, |most: f64, ratio| most.max(*ratio));
            let alpha = lambda1.min(lambda2 / largest);
            let steps = eta.iter().map(|ratio| (alpha * ratio) as f32);
            (largest > 0.0).then(|| steps.collect())
        });
        Self {
            steps: steps.collect(),
        }
    }

    /// The network moved by `sign` times the steps; the one given is untouched.
    pub fn apply(&self, network: &Network, sign: f32) -> Network {
        let mut moved = network.clone();
        for (index, steps) in self.steps.iter().enumerate() {
            let Some(steps) = steps else { continue };
            let value = &network.parameters()[index].value;
            let mut numbers = value.to_vec();
            for (number, step) in numbers.iter_mut().zip(steps) {
                *number += sign * step;
            }
            moved.set(
                index,
                Value::from_vec(numbers, value.shape(), network.device()),
            );
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_stay_finite_and_unreached_parameters_still() {
        let eta = eta(&[1.0, 0.0, 2.0, 1e-300, 0.0], &[2.0, 0.0, 0.0, 0.0, 4.0]);
        assert_eq!(eta[0], 0.5);
        assert_eq!(eta[1], 0.0);
        assert_eq!(eta[2], 2.0 / (GUARD * 4.0));
        assert!(eta[3] > 0.0 && eta[3].is_finite());
        assert_eq!(eta[4], 0.0);
    }

    #[test]
    fn a_tensor_that_only_the_forgotten_reach_is_bounded() {
        let eta = eta(&[1e-30, 4e-30], &[0.0, 0.0]);
        assert_eq!(eta[1], 1.0 / GUARD);
        assert!(
            self::eta(&[0.0; 3], &[0.0; 3])
                .iter()
                .all(|ratio| *ratio == 0.0)
        );
    }
}
