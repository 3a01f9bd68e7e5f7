//! How far features go, within what the kept codes allow.

use super::largest_part;
use crate::code::Codebook;
use crate::forget::{CodeAnswers, Request};
use crate::means::Shift;
use crate::network::{Halfway, Network};

/// A network whose features moved.
pub struct Moved {
    pub network: Network,
    /// Which part of the way they went.
    pub part: f64,
    /// Whether kept classes got their balanced biases.
    pub is_balanced: bool,
    /// What the codes say before the request and afterwards, where it was asked.
    pub answers: Option<[CodeAnswers; 2]>,
}

impl Moved {
    /// A network whose features stay.
    pub fn not(network: Network) -> Self {
        Self {
            network,
            part: 0.0,
            is_balanced: false,
            answers: None,
        }
    }
}

/// The way that features go for a request.
pub struct Way<'a> {
    shift: Shift,
    /// The part of it where it ends.
    end: f64,
    request: &'a Request,
    classes: Vec<usize>,
    /// The codes where they come to the layer that moves: until there all networks to come are alike.
    codes: Vec<Halfway>,
    /// The same codes where they come to the classifier layer while features stay.
    unmoved: Vec<Halfway>,
    before: CodeAnswers,
}

impl<'a> Way<'a> {
    /// Of a network before a request.
    pub fn new(
        before: &Network,
        codes: &Codebook,
        request: &'a Request,
        shift: Shift,
        end: f64,
    ) -> Self {
        let classes = request.classes();
        let codes = codes.ask_to(before, &classes, shift.node());
        let unmoved = codes.iter().cloned();
        let unmoved = unmoved.map(|batch| before.forward_on(batch, shift.classifier()));
        let unmoved: Vec<Halfway> = unmoved.collect();
        Self {
            before: CodeAnswers::from_halfway(before, &unmoved, &classes),
            shift,
            end,
            request,
            classes,
            codes,
            unmoved,
        }
    }

    /// By how much the mean loss on the kept codes is lower in a network than before the request; it is the one before but for its classifier layer.
    pub fn slack(&self, network: &Network) -> f64 {
        self.loss(&self.before) - self.loss(&self.answers(network, &self.unmoved))
    }

    /// As far as the mean loss on the kept codes rises by no more than this, from a network that is the one before but for its classifier layer.
    pub fn furthest(&self, network: Network, most_rise: f64) -> Moved {
        let moved = |part: f64, network: Network, after: CodeAnswers| Moved {
            network,
            part,
            is_balanced: false,
            answers: Some([self.before.clone(), after]),
        };
        let unmoved = self.answers(&network, &self.unmoved);
        let mut best = moved(0.0, network.clone(), unmoved.clone());
        largest_part(most_rise, |of_end| {
            let part = of_end * self.end;
            let farther = self.shift.applied(&network, part);
            let after = self.answers(&farther, &self.codes);
            let rise = self.loss(&after) - self.loss(&unmoved);
            if rise <= most_rise && part > best.part {
                best = moved(part, farther, after);
            }
            rise
        });
        best
    }

    fn answers(&self, network: &Network, codes: &[Halfway]) -> CodeAnswers {
        CodeAnswers::from_halfway(network, codes, &self.classes)
    }

    fn loss(&self, answers: &CodeAnswers) -> f64 {
        answers.loss(self.request.kept()).mean()
    }
}
