//! How far each parameter moves.

use rand::Rng;

use super::ratios::{Ratios, Scaled, in_place};
use super::{Scope, Sign};
use crate::fisher::{Fisher, visit_squares};
use crate::network::{Network, Value};

/// The direction and proportions of a move: [`super::eta()`] of every parameter in scope.
///
/// With lambda1 and lambda2 each moves by `alpha_l * eta_i`,
/// `alpha_l = min(lambda1, lambda2 / max_{i in l} eta_i)`, l the part of a named
/// parameter tensor that is in scope (paper, Eq. 7).
#[derive(Clone, Debug)]
pub struct Perturbation {
    /// Per parameter of the network; `None` where nothing moves.
    pub(super) tensors: Vec<Option<Ratios>>,
}

impl Perturbation {
    /// The ratios of the Fisher diagonals of the forgotten and the kept
    /// classes' codes, for the parameters in scope.
    pub fn new(network: &Network, fishers: [&Fisher; 2], scope: Scope, classes: &[usize]) -> Self {
        let tensors = (0..network.parameters().len())
            .map(|index| ratios(network, fishers, scope, classes, index));
        Self {
            tensors: tensors.collect(),
        }
    }

    /// The same from the forgotten classes' codes, in one pass: each tensor's squares become ratios in
    /// their own memory as soon as the backward pass has them, and the kept classes' diagonal is let go
    /// of beside.
    pub(super) fn of_codes(
        network: &Network,
        codes: Value,
        classes: &[usize],
        mut kept: Fisher,
        scope: Scope,
    ) -> Self {
        let mut tensors = vec![None; network.parameters().len()];
        visit_squares(network, codes, classes, |parameter, squares, exponent| {
            let elements = scope.elements(network, parameter, classes);
            let of_kept = kept.scaled(parameter).filter(|_| !elements.is_empty());
            tensors[parameter] = of_kept.and_then(|of_kept| {
                let of_kept = Scaled {
                    write: |first, _: &[f64], entries: &mut [f64]| of_kept(first, entries),
                    exponent: kept.exponent(),
                };
                let forgotten = in_place(exponent, classes.len());
                Ratios::new(squares.into_vec(), &forgotten, &of_kept, &elements)
            });
            kept.let_go(parameter);
        });
        Self { tensors }
    }

    /// The network moved one way; the one given is untouched.
    pub fn apply(&self, network: &Network, lambdas: [f64; 2], sign: Sign) -> Network {
        let mut moved = network.clone();
        for (index, parameter) in network.parameters().iter().enumerate() {
            if self.tensors[index].is_some() {
                moved.set(index, self.moved(index, &parameter.value, lambdas, sign));
            }
        }
        moved
    }

    /// One parameter of the network, by its place, moved one way.
    pub fn moved(&self, index: usize, value: &Value, lambdas: [f64; 2], sign: Sign) -> Value {
        match &self.tensors[index] {
            Some(ratios) => {
                let moved = value.read(|weights| ratios.moved(weights, lambdas, sign));
                Value::from_vec(moved, value.shape(), &value.device())
            }
            None => value.clone(),
        }
    }

    /// The same in the memory of the ratios: no other copy of the weights is made.
    pub fn into_network(self, network: &Network, lambdas: [f64; 2], sign: Sign) -> Network {
        let mut moved = network.clone();
        for (index, ratios) in self.tensors.into_iter().enumerate() {
            if let Some(ratios) = ratios {
                let value = &network.parameters()[index].value;
                let numbers = value.read(|weights| ratios.into_moved(weights, lambdas, sign));
                let value = Value::from_vec(numbers, value.shape(), network.device());
                moved.set(index, value);
            }
        }
        moved
    }

    /// The same moves in other places: shuffled within what is in scope of each tensor.
    pub(super) fn permuted(
        mut self,
        network: &Network,
        scope: Scope,
        classes: &[usize],
        random: &mut impl Rng,
    ) -> Self {
        for (index, ratios) in self.tensors.iter_mut().enumerate() {
            if let Some(ratios) = ratios {
                ratios.permute(&scope.elements(network, index, classes), random);
            }
        }
        self
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
        let largest = self.tensors.iter().flatten().map(Ratios::largest);
        lambda2 / largest.fold(f64::INFINITY, f64::min)
    }
}

/// The ratios of one parameter, for its elements in scope.
fn ratios(
    network: &Network,
    [forgotten, kept]: [&Fisher; 2],
    scope: Scope,
    classes: &[usize],
    index: usize,
) -> Option<Ratios> {
    let elements = scope.elements(network, index, classes);
    if elements.is_empty() {
        return None;
    }
    let length = network.parameters()[index].value.element_count();
    let (of_forgotten, of_kept) = (forgotten.scaled(index)?, kept.scaled(index)?);
    let of_forgotten = Scaled {
        write: |first, _: &[f32], entries: &mut [f64]| of_forgotten(first, entries),
        exponent: forgotten.exponent(),
    };
    let of_kept = Scaled {
        write: |first, _: &[f64], entries: &mut [f64]| of_kept(first, entries),
        exponent: kept.exponent(),
    };
    Ratios::new(vec![0.0; length], &of_forgotten, &of_kept, &elements)
}
