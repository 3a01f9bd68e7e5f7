//! Selective synaptic dampening.

use serde::{Deserialize, Serialize};

use super::dampening::Dampening;
use super::importance::Importance;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network};
use crate::train::TrainError;
use crate::tune::{Loss, Samples, Stopped, Work, gradients};

/// Shrinks the parameters that matter more to the forgotten classes' images than
/// to all: where `I_F > alpha I_D`, `w <- w min(1, lambda I_D / I_F)` (SSD of Foster,
/// Schoepf, Brintrup, AAAI 2024).
///
/// `I(S) = mean over batches of S of (gradient of the batch's mean cross-entropy)^2`, in inference mode,
/// over images as they are, first the kept ones class after class, then the forgotten ones: so nearly
/// all batches are of one class. That is the authors' program, with which alpha and lambda are published; the paper's
/// formula, the Fisher diagonal, squares sample by sample (`squares = "per-sample"`, exact). Since D holds the forgotten images,
/// `I_D >= N_F / N I_F` there, and only an alpha below N / N_F selects anything; batch by batch this holds but for where
/// batches end. The published 10 is N / N_F where one of ten equal classes is forgotten, so what it selects is decided by
/// chance, and may be nothing. Search alpha. Costs N_R + 2 N_F backward passes. Authors' values:
/// alpha 10, lambda 1 for ResNet-18, alpha 5 for ViT, alpha 50 and lambda 0.1 for faces.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ssd {
    #[serde(flatten)]
    dampening: Dampening,
    /// What is squared.
    squares: Squares,
}

/// Which gradients are squared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Squares {
    /// Those of the mean loss of each batch.
    PerBatch,
    /// Those of each sample's own loss.
    PerSample,
}

impl Default for Ssd {
    fn default() -> Self {
        Self {
            dampening: Dampening::default(),
            squares: Squares::PerBatch,
        }
    }
}

impl Algorithm for Ssd {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "ssd",
        "shrink the parameters that matter more to the forgotten classes than to all",
        "Foster, Schoepf, Brintrup, AAAI 2024",
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

impl Ssd {
    /// I(S).
    fn importance(
        &self,
        network: &Network,
        samples: &Samples<'_>,
        work: &mut Work<'_>,
    ) -> Result<Importance, Stopped> {
        let mut importance = Importance::none(network);
        for batch in samples.in_order(self.dampening.batch_size) {
            let (labels, size) = (&batch.labels, batch.len());
            match self.squares {
                Squares::PerBatch => {
                    let found = gradients(network, &batch, |z| Loss::cross_entropy(z, labels));
                    for (parameter, gradient) in found.into_iter().enumerate() {
                        if let Some(gradient) = gradient {
                            importance.add(parameter, &gradient, |g| g * g);
                        }
                    }
                    importance.count(1);
                }
                Squares::PerSample => {
                    let trace = network.trace(batch.inputs, &mut Mode::Inference);
                    let loss = CrossEntropy::new(&trace.output, labels, 0.0);
                    let gradient = loss.gradient(1.0, network.device());
                    network.visit_squared_gradients(trace, gradient, |parameter, squares| {
                        importance.add(parameter, &squares, |square| square);
                    });
                    importance.count(size);
                }
            }
            work.count(size);
            work.step()?;
        }
        Ok(importance)
    }
}
