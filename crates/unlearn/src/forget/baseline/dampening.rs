//! Shrinking what matters more to the forgotten classes than to all.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::importance::{Importance, PIECE};
use crate::forget::{Context, ForgetError, Forgotten};
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{Samples, Stopped, Work, count, positive};

/// Where `I_F > alpha I_D`, `w <- w min(1, lambda I_D / I_F)`; the rest stays. I_D is the
/// importance over all images, the kept ones class after class and then the forgotten ones; I_F
/// that over the forgotten ones.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Dampening {
    /// How many times more a parameter must matter to the forgotten classes than to all.
    pub alpha: f64,
    /// What the dampening is multiplied by.
    pub lambda: f64,
    /// Images a batch.
    pub batch_size: usize,
}

impl Default for Dampening {
    /// The values of SSD's authors for ResNet-18.
    fn default() -> Self {
        Self {
            alpha: 10.0,
            lambda: 1.0,
            batch_size: 64,
        }
    }
}

impl Dampening {
    /// Refuses settings out of range.
    ///
    /// # Errors
    /// If one is; it is named.
    pub fn check(&self) -> Result<(), TrainError> {
        positive("alpha", self.alpha)?;
        positive("lambda", self.lambda)?;
        count("batch_size", self.batch_size)
    }

    /// Dampens by an importance over sets of images.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn run(
        &self,
        context: Context<'_>,
        importance: impl Fn(&Network, &Samples<'_>, &mut Work<'_>) -> Result<Importance, Stopped>,
    ) -> Result<Forgotten, ForgetError> {
        let forgotten = context.forgotten().sorted_by_label();
        let all = context.kept().sorted_by_label().and(forgotten.clone());
        let batches = [&all, &forgotten].map(|samples| samples.batch_count(self.batch_size));
        let mut work = context.work(batches.iter().sum());
        let network = &context.model.network;
        let of_all = importance(network, &all, &mut work)?;
        let of_forgotten = importance(network, &forgotten, &mut work)?;
        let dampened = self.apply(network, &of_all, &of_forgotten);
        Ok(Forgotten::new(dampened, &work))
    }

    fn apply(&self, network: &Network, of_all: &Importance, of_forgotten: &Importance) -> Network {
        let mut dampened = network.clone();
        for (index, parameter) in network.parameters().iter().enumerate() {
            let sums = of_all.sums(index).zip(of_forgotten.sums(index));
            let Some(((all, count), (of, count_of))) = sums else {
                continue;
            };
            let mut weights = parameter.value.to_vec();
            let pieces = weights.par_chunks_mut(PIECE);
            let pieces = pieces.zip(all.par_chunks(PIECE).zip(of.par_chunks(PIECE)));
            pieces.for_each(|(weights, (all, of))| {
                for (weight, (all, of)) in weights.iter_mut().zip(all.iter().zip(of)) {
                    let (all, of) = (all / count, of / count_of);
                    if of > self.alpha * all {
                        *weight = (f64::from(*weight) * (self.lambda * all / of).min(1.0)) as f32;
                    }
                }
            });
            let shape = parameter.value.shape();
            dampened.set(index, Value::from_vec(weights, shape, network.device()));
        }
        dampened
    }
}
