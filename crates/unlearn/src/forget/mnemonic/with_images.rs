//! The mnemonic perturbation with images in the place of codes.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Candidate, Perturbation, Scope, Sign};
use crate::fisher::Fisher;
use crate::forget::{Algorithm, CatalogEntry, CodeMeasures, Context, ForgetError, Forgotten, Need};
use crate::network::{CrossEntropy, Network};
use crate::train::TrainError;
use crate::tune::{Samples, Stopped, Work, demand};

/// Images that go through the network together.
const BATCH: usize = 32;

/// The paper's Algorithm 2 with training images where [`super::Mnemonic`] has codes:
/// "ours with data" in its figures 4 and 5, for networks that were trained without codes.
///
/// f_F and f_R are the Fisher diagonals of n images of each forgotten and each kept class, exact and with running
/// statistics; parameters move by `alpha_l f_F / f_R`, and of the two signs the one is taken that Algorithm 2
/// prefers, measured with the same images. Costs n (C_F + C_R) backward passes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MnemonicWithImages {
    /// n: images per class, drawn at random; all where none is given.
    images_per_class: Option<usize>,
    /// Bounds the factor alpha of tensors in which nothing is specific to the
    /// forgotten classes.
    lambda1: f64,
    /// The largest move of any parameter, in the parameter's own unit.
    lambda2: f64,
    /// The part of the network that may move.
    scope: Scope,
}

impl Default for MnemonicWithImages {
    /// The paper's pair for MNIST.
    fn default() -> Self {
        Self {
            images_per_class: None,
            lambda1: 1e-3,
            lambda2: 10.0,
            scope: Scope::All,
        }
    }
}

impl Algorithm for MnemonicWithImages {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "mnemonic-with-images",
        "the mnemonic perturbation with images in the place of codes (ours with data)",
        "Yamashita, Yamada, Shibata, ACML 2024, figures 4 and 5",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        for (name, number) in [("lambda1", self.lambda1), ("lambda2", self.lambda2)] {
            demand(name, positive(number), "a positive number", number)?;
        }
        let count = self.images_per_class.unwrap_or(1);
        demand("images_per_class", count > 0, "at least 1", count as f64)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        self.scope.check(Self::ENTRY.name, &context.model.network)?;
        let sets = [context.forgotten(), context.kept()];
        let [forgotten, kept] = sets.map(|samples| match self.images_per_class {
            Some(count) => samples.at_most_per_class(count).sorted_by_label(),
            None => samples,
        });
        let steps = [&forgotten, &kept].map(|samples| samples.batch_count(BATCH));
        let mut work = context.work(steps.iter().sum());
        let network = &context.model.network;
        let of_forgotten = fisher(network, &forgotten, &mut work)?;
        let of_kept = fisher(network, &kept, &mut work)?;
        let fishers = [&of_forgotten, &of_kept];
        let classes = context.request.forgotten();
        let perturbation = Perturbation::new(network, fishers, self.scope, classes);
        let [plus, minus] = [Sign::Plus, Sign::Minus].map(|sign| {
            let moved = perturbation.apply(network, [self.lambda1, self.lambda2], sign);
            let measures = measured(&moved, &forgotten, &kept);
            (Candidate { sign, measures }, moved)
        });
        let (candidate, moved) = match minus.0.beats(&plus.0) {
            true => minus,
            false => plus,
        };
        let mut made = Forgotten::new(moved, &work);
        made.choices.insert("sign".into(), json!(candidate.sign));
        Ok(made)
    }
}

fn fisher(
    network: &Network,
    samples: &Samples<'_>,
    work: &mut Work<'_>,
) -> Result<Fisher, Stopped> {
    let mut fisher = Fisher::none(network);
    for batch in samples.in_order(BATCH) {
        work.count(batch.len());
        fisher.add_batch(network, batch.inputs, &batch.labels);
        work.step()?;
    }
    Ok(fisher)
}

/// What the images say where [`CodeMeasures`] speaks of codes.
fn measured(network: &Network, forgotten: &Samples<'_>, kept: &Samples<'_>) -> CodeMeasures {
    let [(of_forgotten, forgotten_loss), (of_kept, kept_loss)] =
        [forgotten, kept].map(|samples| accuracy_and_loss(network, samples));
    CodeMeasures {
        forgotten_error_percent: 100.0 - of_forgotten,
        kept_accuracy_percent: of_kept,
        forgotten_loss,
        kept_loss,
    }
}

/// In percent, and the mean cross-entropy in nats.
fn accuracy_and_loss(network: &Network, samples: &Samples<'_>) -> (f64, f64) {
    let (mut right, mut sum) = (0, 0.0);
    for batch in samples.in_order(BATCH) {
        let loss = CrossEntropy::new(&network.forward(batch.inputs), &batch.labels, 0.0);
        let answers = loss.predictions.iter().zip(&batch.labels);
        right += answers.filter(|(answer, label)| answer == label).count();
        sum += loss.losses.iter().sum::<f64>();
    }
    let count = samples.len() as f64;
    (100.0 * right as f64 / count, sum / count)
}
