//! Which way to move: as few codes as settle it.

use super::{Candidate, Part, Perturbation, Sign};
use crate::forget::CodeMeasures;
use crate::network::{CrossEntropy, Network};

/// Codes of kept classes that are asked at once, after the first one.
const CHUNK: usize = 20;

/// What the codes asked so far say of a network moved one way.
struct Contender {
    sign: Sign,
    of_forgotten: CrossEntropy,
    /// Percent of the forgotten codes that are not decoded.
    error: f64,
}

/// The network moved the way that [`Candidate::beats`] prefers: with the larger sum of
/// error on the forgotten codes and accuracy on the kept codes.
///
/// A kept code can add at most its share to an accuracy, so the forgotten codes and a
/// few kept ones mostly settle it: with one class to forget that only one of the signs
/// forgets, a single kept code that this one decodes. Only where the two can still be
/// level are all codes asked, and the losses compared. So a network that overflows on none
/// but kept codes that were not asked is not known to.
///
/// One moved network is held at a time: to make it again takes less than to ask it.
pub fn move_the_better_way(
    part: &Part,
    perturbation: Perturbation,
    lambdas: [f64; 2],
    [forgotten, kept]: [&[usize]; 2],
) -> (Sign, Network) {
    let moved = |sign| perturbation.apply(&part.network, lambdas, sign);
    let contender = |sign, network: &Network| {
        let of_forgotten = part.loss(network, forgotten);
        let right = count_right(&of_forgotten, forgotten);
        Contender {
            sign,
            error: 100.0 - 100.0 * right as f64 / forgotten.len() as f64,
            of_forgotten,
        }
    };
    let plus = contender(Sign::Plus, &moved(Sign::Plus));
    let network = moved(Sign::Minus);
    let minus = contender(Sign::Minus, &network);
    let (ahead, behind, network) = match plus.error > minus.error {
        false => (minus, plus, network),
        true => {
            drop(network);
            (plus, minus, moved(Sign::Plus))
        }
    };
    if ahead.stays_ahead_of(&behind, part, &network, kept) {
        return (ahead.sign, network);
    }
    let measured = |contender: &Contender, network: &Network| {
        let of_kept = part.loss(network, kept);
        let of_forgotten = (&contender.of_forgotten, forgotten);
        Candidate {
            sign: contender.sign,
            measures: CodeMeasures::from_losses(of_forgotten, (&of_kept, kept)),
        }
    };
    let of_ahead = measured(&ahead, &network);
    drop(network);
    let network = moved(behind.sign);
    if measured(&behind, &network).beats(&of_ahead) {
        return (behind.sign, network);
    }
    drop(network);
    let network = perturbation.into_network(&part.network, lambdas, ahead.sign);
    (ahead.sign, network)
}

impl Contender {
    /// Whether some of the kept codes show that this one scores higher than the other
    /// even if that one decoded every kept code.
    fn stays_ahead_of(&self, other: &Self, part: &Part, network: &Network, kept: &[usize]) -> bool {
        if self.error <= other.error || !self.of_forgotten.mean().is_finite() {
            return false;
        }
        let (first, others) = kept.split_at(1);
        let mut right = 0;
        for classes in std::iter::once(first).chain(others.chunks(CHUNK)) {
            let loss = part.loss(network, classes);
            if !loss.mean().is_finite() {
                return false;
            }
            right += count_right(&loss, classes);
            // Its score if it decoded none of those not asked yet.
            let least = self.error + 100.0 * right as f64 / kept.len() as f64;
            if least > other.error + 100.0 {
                return true;
            }
        }
        false
    }
}

fn count_right(loss: &CrossEntropy, classes: &[usize]) -> usize {
    let answers = loss.predictions.iter().zip(classes);
    answers.filter(|(answer, class)| answer == class).count()
}
