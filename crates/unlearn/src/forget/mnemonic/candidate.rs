//! The two candidates of the mnemonic perturbation.

use serde::{Deserialize, Serialize};

use crate::forget::CodeMeasures;

/// The direction of a perturbation: the Fisher diagonal gives an amplitude only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// `w + alpha * eta`.
    #[serde(rename = "+")]
    Plus,
    /// `w - alpha * eta`.
    #[serde(rename = "-")]
    Minus,
}

impl Sign {
    /// What the steps are multiplied by.
    pub fn factor(self) -> f64 {
        match self {
            Self::Plus => 1.0,
            Self::Minus => -1.0,
        }
    }

    /// `+` or `-`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
        }
    }
}

/// What the codes say of a network moved one way.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Which way.
    pub sign: Sign,
    /// Measured with the codes.
    pub measures: CodeMeasures,
}

impl Candidate {
    /// Whether this candidate is to be chosen over another: the larger sum of
    /// error on the forgotten codes and accuracy on the kept codes (paper,
    /// Algorithm 2). With one code per class these are coarse, so ties are
    /// common: then the larger difference between the forgotten and the kept
    /// codes' mean loss decides, and if that is equal too, minus.
    pub fn beats(&self, other: &Self) -> bool {
        let score = |m: &CodeMeasures| m.forgotten_error_percent + m.kept_accuracy_percent;
        let margin = |m: &CodeMeasures| m.forgotten_loss - m.kept_loss;
        let (ours, theirs) = (&self.measures, &other.measures);
        // A network that overflows is worse than any other.
        if ours.is_finite() != theirs.is_finite() {
            return ours.is_finite();
        }
        let order = score(ours)
            .total_cmp(&score(theirs))
            .then(margin(ours).total_cmp(&margin(theirs)));
        match order {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => self.sign == Sign::Minus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(sign: Sign, measures: [f64; 4]) -> Candidate {
        let [error, accuracy, forgotten_loss, kept_loss] = measures;
        Candidate {
            sign,
            measures: CodeMeasures {
                forgotten_error_percent: error,
                kept_accuracy_percent: accuracy,
                forgotten_loss,
                kept_loss,
            },
        }
    }

    #[test]
    fn accuracy_decides_then_losses_then_minus() {
        let better = candidate(Sign::Plus, [100.0, 90.0, 1.0, 9.0]);
        let worse = candidate(Sign::Minus, [50.0, 100.0, 9.0, 1.0]);
        assert!(better.beats(&worse) && !worse.beats(&better));
        let surer = candidate(Sign::Plus, [50.0, 100.0, 9.5, 1.0]);
        assert!(surer.beats(&worse) && !worse.beats(&surer));
        let equal = candidate(Sign::Plus, [50.0, 100.0, 9.0, 1.0]);
        assert!(worse.beats(&equal) && !equal.beats(&worse));
    }
}
