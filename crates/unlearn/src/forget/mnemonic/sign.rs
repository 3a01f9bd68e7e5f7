//! Which way to move: as few codes as settle it.

use super::{Candidate, Part, Perturbation, Sign};
use crate::forget::CodeMeasures;
use crate::network::{CrossEntropy, Network};

/// Codes of kept classes that are asked at once, after the first one.
const CHUNK: usize = 20;

/// A moved network, and what is known of its score so far.
struct Contender<'a> {
    part: &'a Part,
    network: Network,
    sign: Sign,
    of_forgotten: CrossEntropy,
    error: f64,
    kept: &'a [usize],
    /// How many of the kept codes were asked, the first ones.
    asked: usize,
    /// How many of these are decoded.
    right: usize,
    /// Whether the losses on all codes asked are numbers.
    is_finite: bool,
}

/// The sign that [`Candidate::beats`] prefers: of the larger sum of error on
/// the forgotten codes and accuracy on the kept codes.
///
/// A kept code can add at most its share to an accuracy, so the forgotten codes and a
/// few kept ones mostly settle it: with one class to forget that only one of the signs
/// forgets, a single kept code that this one decodes. Only where the two can still be
/// level are all codes asked, and the losses compared. So a network that overflows on none
/// but kept codes that were not asked is not known to.
pub fn choose_sign(
    part: &Part,
    perturbation: &Perturbation,
    lambdas: [f64; 2],
    [forgotten, kept]: [&[usize]; 2],
) -> Sign {
    let contender = |sign| {
        let network = perturbation.apply(&part.network, lambdas, sign);
        let of_forgotten = part.loss(&network, forgotten);
        let right = count_right(&of_forgotten, forgotten);
        Contender {
            part,
            network,
            sign,
            error: 100.0 - 100.0 * right as f64 / forgotten.len() as f64,
            is_finite: of_forgotten.mean().is_finite(),
            of_forgotten,
            kept,
            asked: 0,
            right: 0,
        }
    };
    let mut contenders = [contender(Sign::Plus), contender(Sign::Minus)];
    if contenders[0].error > contenders[1].error {
        contenders.swap(0, 1);
    }
    let [behind, ahead] = &mut contenders;
    // One ahead by the forgotten codes need only show how many kept ones it decodes.
    while ahead.error > behind.error && ahead.is_finite && ahead.asked < kept.len() {
        ahead.ask_more();
        // The other one scores at most as if it decoded every kept code.
        if ahead.is_finite && ahead.least() > behind.error + 100.0 {
            return ahead.sign;
        }
    }
    let [plus, minus] = match ahead.sign {
        Sign::Minus => [behind, ahead],
        Sign::Plus => [ahead, behind],
    };
    match minus.measured(forgotten).beats(&plus.measured(forgotten)) {
        true => Sign::Minus,
        false => Sign::Plus,
    }
}

impl Contender<'_> {
    fn ask_more(&mut self) {
        let count = if self.asked == 0 { 1 } else { CHUNK };
        let end = (self.asked + count).min(self.kept.len());
        let classes = &self.kept[self.asked..end];
        let loss = self.part.loss(&self.network, classes);
        self.right += count_right(&loss, classes);
        self.is_finite &= loss.mean().is_finite();
        self.asked = end;
    }

    /// The score if it decodes none of the kept codes not asked yet.
    fn least(&self) -> f64 {
        self.error + 100.0 * self.right as f64 / self.kept.len() as f64
    }

    fn measured(&self, forgotten: &[usize]) -> Candidate {
        let of_kept = self.part.loss(&self.network, self.kept);
        let measures =
            CodeMeasures::from_losses((&self.of_forgotten, forgotten), (&of_kept, self.kept));
        Candidate {
            sign: self.sign,
            measures,
        }
    }
}

fn count_right(loss: &CrossEntropy, classes: &[usize]) -> usize {
    let answers = loss.predictions.iter().zip(classes);
    answers.filter(|(answer, class)| answer == class).count()
}
