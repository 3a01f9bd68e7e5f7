//! Learning with selective forgetting, for forgetting alone.

use serde::{Deserialize, Serialize};

use crate::code::Codebook;
use crate::fisher::fisher_batched;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{Loss, Samples, Statistics, TuneSettings, Tuner, not_negative};

/// Codes that go through the trained network together.
const BATCH: usize = 128;

/// Trains on with the codes alone: the kept classes' under their labels, held by elastic weights and
/// by what the network answered before, the forgotten classes' towards equal answers. Our adaptation of
/// LwSF (Shibata, Irie, Ikami, Mitsuzumi, "Learning with Selective Forgetting", IJCAI 2021), which learns another
/// task meanwhile and forgets by leaving codes out.
///
/// Minimises `mean over codes of [CE(f(xi_c), c) for kept c] + distill KL(q_c || f(xi_c))` plus
/// `elastic / 2 sum_i F_i (w_i - w*_i)^2`: F the Fisher diagonal of the kept codes at the trained weights w*, and q_c what the
/// trained network answers to a kept class's code, 1 / C throughout for a forgotten class's.
/// The model is to be trained with codes; the paper mixes them into images, here they stand in for some.
/// Costs E C + C_R backward passes. The paper has no setting for forgetting alone: weights, rate and epochs are ours.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lwsf {
    /// Weight of the pull to the trained weights.
    elastic: f64,
    /// Weight of what the network answered before.
    distill: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for Lwsf {
    fn default() -> Self {
        Self {
            elastic: 1.0,
            distill: 1.0,
            // Codes have other statistics than images, so the running ones stay; with
            // these a code's loss can be steep.
            tune: TuneSettings {
                weight_decay: 0.0,
                clip_norm: Some(1.0),
                statistics: Statistics::Running,
                ..TuneSettings::sgd(100, 0.01)
            },
        }
    }
}

impl Algorithm for Lwsf {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "lwsf",
        "train on with codes, the forgotten classes' towards equal answers (LwSF, our adaptation)",
        "Shibata, Irie, Ikami, Mitsuzumi, IJCAI 2021",
        &[Need::Codes],
    );

    fn check(&self) -> Result<(), TrainError> {
        not_negative("elastic", self.elastic)?;
        not_negative("distill", self.distill)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let codes = context.codes(Self::ENTRY.name)?;
        let (network, kept) = (&context.model.network, context.request.kept());
        let forgotten = context.request.forgotten();
        let mut samples = context.made("codes");
        for class in kept.iter().chain(forgotten) {
            let code = codes.batch(&[*class], network.device());
            samples = samples.with_inputs(&code, *class);
        }
        let size = self.tune.batch_size;
        let mut work = context.work(self.tune.epochs * samples.batch_count(size));
        let strengths = self.strengths(network, codes, kept);
        work.count(kept.len());
        let teacher = teacher(network, &samples, forgotten);
        let mut tuner = Tuner::new(network, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            for batch in samples.epoch(epoch, size) {
                let is_kept = batch.labels.iter().map(|class| kept.contains(class));
                let weights: Vec<f64> = is_kept.map(|kept| f64::from(u8::from(kept))).collect();
                let taught = teacher.samples(&batch.places);
                tuner.add(&batch, |z| {
                    let held = Loss::divergence(z, &taught, 1.0).times(self.distill);
                    Loss::cross_entropy(z, &batch.labels)
                        .weighted(&weights)
                        .plus(&held)
                });
                tuner.add_pull(&strengths);
                tuner.step()?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}

impl Lwsf {
    /// `elastic` times the Fisher diagonal, per parameter.
    fn strengths(&self, network: &Network, codes: &Codebook, kept: &[usize]) -> Vec<Option<Value>> {
        let fisher = fisher_batched(network, &codes.batch(kept, network.device()), kept);
        let parameters = network.parameters().iter().enumerate();
        let strengths = parameters.map(|(index, parameter)| {
            let numbers = fisher.values(index)?.into_iter();
            let numbers = numbers.map(|f| (self.elastic * f) as f32).collect();
            let shape = parameter.value.shape();
            Some(Value::from_vec(numbers, shape, network.device()))
        });
        strengths.collect()
    }
}

/// The network's logits of codes, 0 throughout for those of the forgotten classes: their softmax is
/// 1 / C; `[codes, classes]`, in the codes' order.
fn teacher(network: &Network, codes: &Samples<'_>, forgotten: &[usize]) -> Value {
    let classes = network.class_count();
    let rows = codes.in_order(BATCH).flat_map(|batch| {
        let mut logits = network.forward(batch.inputs).into_vec();
        let rows = logits.chunks_exact_mut(classes).zip(&batch.labels);
        let of_forgotten = rows.filter(|(_, class)| forgotten.contains(class));
        of_forgotten.for_each(|(row, _)| row.fill(0.0));
        logits
    });
    let rows: Vec<f32> = rows.collect();
    Value::from_vec(rows, &[codes.len(), classes], network.device())
}
