//! Selective synaptic dampening.

use serde::{Deserialize, Serialize};

use super::importance::{Dampening, Importance};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network};
use crate::train::TrainError;
use crate::tune::{Loss, Samples, Stopped, Work, demand, gradients};

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
    /// How many times more a parameter must matter to the forgotten classes than to all.
    alpha: f64,
    /// What the dampening is multiplied by.
    lambda: f64,
    /// What is squared.
    squares: Squares,
    /// Images a batch.
    batch_size: usize,
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
            alpha: 10.0,
            lambda: 1.0,
            squares: Squares::PerBatch,
            batch_size: 64,
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
        let positive = |number: f64| number.is_finite() && number > 0.0;
        for (name, number) in [("alpha", self.alpha), ("lambda", self.lambda)] {
            demand(name, positive(number), "a positive number", number)?;
        }
        let size = self.batch_size;
        demand("batch_size", size > 0, "at least 1", size as f64)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let forgotten = context.forgotten().sorted_by_label();
        let all = context.kept().sorted_by_label().and(forgotten.clone());
        let batches = [&all, &forgotten].map(|samples| samples.batch_count(self.batch_size));
        let mut work = context.work(batches.iter().sum());
        let network = &context.model.network;
        let of_all = self.importance(network, &all, &mut work)?;
        let of_forgotten = self.importance(network, &forgotten, &mut work)?;
        let (alpha, lambda) = (self.alpha, self.lambda);
        let dampened = Dampening { alpha, lambda }.apply(network, &of_all, &of_forgotten);
        Ok(Forgotten::new(dampened, &work))
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
        for batch in samples.in_order(self.batch_size) {
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
