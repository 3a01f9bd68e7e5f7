//! How far each parameter moves.

use super::{Scope, Sign};
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

/// The direction and proportions of a move: eta of every parameter in scope.
///
/// With lambda1 and lambda2 each moves by `alpha_l * eta_i`,
/// `alpha_l = min(lambda1, lambda2 / max_{i in l} eta_i)`, l the part of a named
/// parameter tensor that is in scope (paper, Eq. 7).
#[derive(Clone, Debug)]
pub struct Perturbation {
    /// Per parameter of the network; `None` where nothing moves.
    tensors: Vec<Option<Ratios>>,
}

/// The ratios of one parameter tensor.
#[derive(Clone, Debug)]
struct Ratios {
    /// The largest eta in scope.
    largest: f64,
    /// `eta_i / largest`, 0 out of scope.
    relative: Vec<f32>,
}

impl Perturbation {
    /// The ratios of the Fisher diagonals of the forgotten and the kept
    /// classes' codes, for the parameters in scope.
    pub fn new(
        network: &Network,
        [forgotten, kept]: [&Fisher; 2],
        scope: Scope,
        classes: &[usize],
    ) -> Self {
        let tensors = (0..network.parameters().len()).map(|index| {
            let elements = scope.elements(network, index, classes);
            if elements.is_empty() {
                return None;
            }
            let [forgotten, kept] = Fisher::pair(forgotten, kept, index)?;
            let eta = eta(&forgotten, &kept);
            let in_scope = elements.into_iter().flatten();
            let largest = in_scope
                .clone()
                .fold(0.0, |most: f64, element| most.max(eta[element]));
            let mut relative = vec![0.0; eta.len()];
            for element in in_scope {
                relative[element] = (eta[element] / largest) as f32;
            }
            (largest > 0.0).then_some(Ratios { largest, relative })
        });
        Self {
            tensors: tensors.collect(),
        }
    }

    /// The network moved one way; the one given is untouched.
    pub fn apply(&self, network: &Network, lambdas: [f64; 2], sign: Sign) -> Network {
        let [lambda1, lambda2] = lambdas;
        let mut moved = network.clone();
        for (index, ratios) in self.tensors.iter().enumerate() {
            let Some(Ratios { largest, relative }) = ratios else {
                continue;
            };
            // alpha times the largest eta.
            let largest_move = lambda2.min(lambda1 * largest) * sign.factor();
            let value = &network.parameters()[index].value;
            let mut numbers = value.to_vec();
            for (number, relative) in numbers.iter_mut().zip(relative) {
                *number += (largest_move * f64::from(*relative)) as f32;
            }
            moved.set(
                index,
                Value::from_vec(numbers, value.shape(), network.device()),
            );
        }
        moved
    }

    /// The moves of single tensors, which make up this one.
    pub(super) fn into_tensors(self) -> Vec<Self> {
        let count = self.tensors.len();
        let moving = self.tensors.into_iter().enumerate();
        let moving = moving.filter_map(|(index, ratios)| Some((index, ratios?)));
        let alone = moving.map(|(index, ratios)| {
            let mut tensors = vec![None; count];
            tensors[index] = Some(ratios);
            Self { tensors }
        });
        alone.collect()
    }

    /// The smallest lambda1 that bounds no tensor beside this lambda2.
    pub fn unbounding(&self, lambda2: f64) -> f64 {
        let largest = self.tensors.iter().flatten().map(|ratios| ratios.largest);
        lambda2 / largest.fold(f64::INFINITY, f64::min)
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
