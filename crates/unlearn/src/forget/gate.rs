//! Whether the codes let a result pass.

use thiserror::Error;

use super::{Outcome, Request};

/// By how much the mean loss on the kept codes may rise in one request, in
/// nats, where nobody says otherwise.
///
/// Chosen on training images (`experiments/scopes.py`, docs/forgetting.md): moves that raised it
/// less cost the kept classes little more than half a point of accuracy at most, most that raised it further cost more.
pub const MAX_KEPT_LOSS: f64 = 0.001;

/// What the codes must say of a result for it to pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// By how much the mean loss on the kept codes may rise, in nats.
    pub max_kept_loss: f64,
}

/// Something that a gate does not let pass.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Breach {
    /// Without codes nothing can be said of them.
    #[error("expected codes by which to measure the kept classes, found none")]
    NoCodes,
    /// The request harmed what is to be kept.
    #[error("the mean loss on the kept codes rose by {rise:.4} nats, more than {limit}")]
    KeptLoss {
        /// By how much it rose, in nats.
        rise: f64,
        /// By how much it may.
        limit: f64,
    },
    /// Classes of the request were not forgotten.
    #[error("not forgotten, by their codes: {}", names(.classes))]
    NotForgotten {
        /// Their names.
        classes: Vec<String>,
    },
    /// Classes of earlier requests are known again.
    #[error("forgotten before and known again, by their codes: {}", names(.classes))]
    CameBack {
        /// Their names.
        classes: Vec<String>,
    },
}

impl Gate {
    /// What is wrong with an outcome; nothing if it passes.
    pub fn breaches(&self, request: &Request, outcome: &Outcome) -> Vec<Breach> {
        let names = |classes: Vec<usize>| -> Vec<String> {
            let all = outcome.model.metadata.classes.names();
            classes.iter().map(|class| all[*class].clone()).collect()
        };
        let (rise, limit) = (outcome.kept_loss_rise(), self.max_kept_loss);
        let mut breaches = Vec::new();
        // Nor does a loss that is no number pass, or one that nobody measured.
        match rise {
            Some(rise) if rise <= limit => {}
            Some(rise) => breaches.push(Breach::KeptLoss { rise, limit }),
            None => breaches.push(Breach::NoCodes),
        }
        let missed = |class: &usize| {
            let mut steps = outcome.steps.iter().rev();
            let last = steps.find(|step| step.classes.contains(class));
            last.is_some_and(|step| step.reached == Some(false))
        };
        let is_decoded = |class: &usize| {
            let mut classes = outcome.classes.iter();
            classes.any(|of| of.class == *class && of.is_decoded)
        };
        let forgotten = request.forgotten().iter().copied();
        let known = forgotten.filter(|class| is_decoded(class) || missed(class));
        let known: Vec<usize> = known.collect();
        if !known.is_empty() {
            let classes = names(known);
            breaches.push(Breach::NotForgotten { classes });
        }
        if !outcome.came_back.is_empty() {
            let classes = names(outcome.came_back.clone());
            breaches.push(Breach::CameBack { classes });
        }
        breaches
    }
}

fn names(classes: &[String]) -> String {
    classes.join(", ")
}
