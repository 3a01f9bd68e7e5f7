//! Which way to move: as few codes as settle it.

use super::{Candidate, Part, Perturbation, Sign};
use crate::forget::CodeMeasures;
use crate::network::Network;

/// Codes of kept classes that are asked at once, after the first one.
const CHUNK: usize = 20;

/// The network moved the way that [`Candidate::beats`] prefers: with the larger sum of
/// error on the forgotten codes and accuracy on the kept codes.
///
/// A kept code adds at most its share to an accuracy, so the forgotten codes and one
/// kept code mostly settle it: with one class to forget that only one of the signs
/// forgets, it is settled unless that one fails the kept code and the other does not. Only
/// where the two can still be level are all codes asked, and the losses compared. So a
/// network that overflows on none but kept codes that were not asked is not known to.
///
/// No moved network is held until the sign is known.
pub fn move_the_better_way(
    part: &Part,
    perturbation: Perturbation,
    lambdas: [f64; 2],
    [forgotten, kept]: [&[usize]; 2],
) -> (Sign, Network) {
    let question = Question {
        part,
        perturbation: &perturbation,
        lambdas,
        forgotten,
        kept,
    };
    let sign = question.settled_early().unwrap_or_else(|| {
        let [minus, plus] = [Sign::Minus, Sign::Plus].map(|sign| question.candidate(sign));
        if minus.beats(&plus) { minus } else { plus }.sign
    });
    let network = perturbation.into_network(&part.network, lambdas, sign);
    (sign, network)
}

/// What the two signs are asked.
struct Question<'a> {
    part: &'a Part,
    perturbation: &'a Perturbation,
    lambdas: [f64; 2],
    forgotten: &'a [usize],
    kept: &'a [usize],
}

/// What the codes asked so far say of a network moved one way.
struct Contender {
    sign: Sign,
    /// Percent of the forgotten codes that are not decoded.
    error: f64,
    /// Kept codes that are decoded, and those that are not.
    right: usize,
    wrong: usize,
    is_finite: bool,
}

impl Question<'_> {
    /// The sign that scores higher whatever the kept codes that were not asked say; none where
    /// the two may be level.
    fn settled_early(&self) -> Option<Sign> {
        let (first, others) = self.kept.split_at(1);
        let [minus, plus] = [Sign::Minus, Sign::Plus].map(|sign| self.contender(sign, first));
        let (mut ahead, mut behind) = match minus.error >= plus.error {
            true => (minus, plus),
            false => (plus, minus),
        };
        let mut rest = others.chunks(CHUNK);
        while ahead.least(self.kept.len()) <= behind.most(self.kept.len()) {
            let classes = rest.next()?;
            self.ask(&mut ahead, classes);
            if ahead.least(self.kept.len()) <= behind.most(self.kept.len()) {
                self.ask(&mut behind, classes);
            }
        }
        ahead.is_finite.then_some(ahead.sign)
    }

    /// The forgotten codes and some kept ones at once.
    fn contender(&self, sign: Sign, kept: &[usize]) -> Contender {
        let classes = [self.forgotten, kept].concat();
        let part = self.part;
        let loss = part.loss_moved(self.perturbation, self.lambdas, sign, &classes);
        let answers = loss.predictions.iter().zip(&classes);
        let is_right: Vec<bool> = answers.map(|(answer, class)| answer == class).collect();
        let (of_forgotten, of_kept) = is_right.split_at(self.forgotten.len());
        let [decoded, right] = [of_forgotten, of_kept]
            .map(|answers| answers.iter().filter(|is_right| **is_right).count());
        Contender {
            sign,
            error: 100.0 - 100.0 * decoded as f64 / self.forgotten.len() as f64,
            right,
            wrong: kept.len() - right,
            is_finite: loss.mean().is_finite(),
        }
    }

    fn ask(&self, contender: &mut Contender, kept: &[usize]) {
        let part = self.part;
        let loss = part.loss_moved(self.perturbation, self.lambdas, contender.sign, kept);
        let answers = loss.predictions.iter().zip(kept);
        let right = answers.filter(|(answer, class)| answer == class).count();
        contender.right += right;
        contender.wrong += kept.len() - right;
        contender.is_finite &= loss.mean().is_finite();
    }

    /// What all codes say.
    fn candidate(&self, sign: Sign) -> Candidate {
        let loss = |classes| {
            let part = self.part;
            part.loss_moved(self.perturbation, self.lambdas, sign, classes)
        };
        let (of_forgotten, of_kept) = (loss(self.forgotten), loss(self.kept));
        Candidate {
            sign,
            measures: CodeMeasures::from_losses(
                (&of_forgotten, self.forgotten),
                (&of_kept, self.kept),
            ),
        }
    }
}

impl Contender {
    /// Its score if it decoded none of the kept codes that were not asked.
    fn least(&self, kept: usize) -> f64 {
        self.error + 100.0 * self.right as f64 / kept as f64
    }

    /// Its score if it decoded all of them.
    fn most(&self, kept: usize) -> f64 {
        self.error + 100.0 * (kept - self.wrong) as f64 / kept as f64
    }
}
