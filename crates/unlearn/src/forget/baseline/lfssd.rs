//! Selective synaptic dampening without labels.

use serde::{Deserialize, Serialize};

use super::dampening::Dampening;
use super::importance::Importance;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{Loss, Samples, Stopped, Work, gradients};

/// [`super::Ssd`] with an importance that asks for no label:
/// `I(S) = mean over batches of S of |gradient of the batch's mean of |z|^2|`, z the logits
/// (LFSSD of Foster, Schoepf, Brintrup, "Loss-Free Machine Unlearning", ICLR 2024 Tiny Papers).
///
/// The magnitude is not squared, so it is of first order and wants an alpha of its own; the authors
/// publish none, and 10 and 1 are SSD's. Batches as in their program are of 64 images;
/// `batch_size = 1` takes the magnitude sample by sample. Labels say only which images are to be forgotten,
/// and the order: kept ones class after class, then the forgotten ones. Costs N_R + 2 N_F backward passes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lfssd {
    #[serde(flatten)]
    dampening: Dampening,
}

impl Algorithm for Lfssd {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "lfssd",
        "shrink what matters more to the forgotten classes than to all, by the logits' norm",
        "Foster, Schoepf, Brintrup, arXiv 2402.19308",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.dampening.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        self.dampening.run(context, |network, images, work| {
            self.importance(network, images, work)
        })
    }
}

impl Lfssd {
    /// I(S).
    fn importance(
        &self,
        network: &Network,
        samples: &Samples<'_>,
        work: &mut Work<'_>,
    ) -> Result<Importance, Stopped> {
        let mut importance = Importance::none(network);
        for batch in samples.in_order(self.dampening.batch_size) {
            let found = gradients(network, &batch, squared_norm);
            for (parameter, gradient) in found.into_iter().enumerate() {
                if let Some(gradient) = gradient {
                    importance.add(parameter, &gradient, f64::abs);
                }
            }
            importance.count(1);
            work.count(batch.len());
            work.step()?;
        }
        Ok(importance)
    }
}

/// `|z|^2` of each sample.
fn squared_norm(logits: &Value) -> Loss {
    let classes = logits.shape()[1];
    let logits: Vec<f64> = logits.to_vec().into_iter().map(f64::from).collect();
    let rows = logits.chunks_exact(classes);
    let values = rows.map(|row| row.iter().map(|z| z * z).sum());
    Loss::new(values.collect(), logits.iter().map(|z| 2.0 * z).collect())
}
