//! Learning from a teacher who knows and one who does not.

use serde::{Deserialize, Serialize};

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Value;
use crate::train::TrainError;
use crate::tune::{Loss, TuneSettings, Tuner, part};

/// Minimises `KL(q || p)`, where p is the network's answer and q that of the model for kept images, and
/// of a network drawn anew for forgotten ones (Chundawat, Tarun, Mandal, Kankanhalli, AAAI 2023).
///
/// Sees a random part of the kept images. Costs `E (N_F + kept_part N_R)` backward passes and the
/// forward passes of two teachers. Defaults are the paper's (Adam 1e-4, one epoch, batch 256, 30 % of
/// the kept images). Both teachers answer with running statistics; the network trains with batch
/// statistics, as in the program, where it is by accident. The program also divides the divergence by
/// the number of classes, which Adam undoes. It forgets towards what a drawn network says, almost the
/// same for each class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BadTeacher {
    /// The part of the kept images that is used, in (0, 1].
    kept_part: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for BadTeacher {
    fn default() -> Self {
        Self {
            kept_part: 0.3,
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::adam(1, 1e-4)
            },
        }
    }
}

impl Algorithm for BadTeacher {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "bad-teacher",
        "learn kept images from the model, forgotten ones from a network that knows nothing",
        "Chundawat, Tarun, Mandal, Kankanhalli, AAAI 2023",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        part("kept_part", self.kept_part)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let kept = context.kept();
        let count = (self.kept_part * kept.len() as f64).ceil() as usize;
        let mixed = kept.at_most(count).and(context.forgotten());
        let size = self.tune.batch_size;
        let mut work = context.work(self.tune.epochs * mixed.batch_count(size));
        let (competent, incompetent) = (&context.model.network, context.untrained("bad-teacher"));
        let is_forgotten = |label: &usize| context.request.forgotten().contains(label);
        let mut tuner = Tuner::new(competent, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            for batch in mixed.epoch(epoch, size) {
                let [knows, does_not] =
                    [competent, &incompetent].map(|net| net.forward(batch.inputs.clone()));
                let wants: Vec<bool> = batch.labels.iter().map(is_forgotten).collect();
                let teacher = rows_of(&does_not, &knows, &wants);
                tuner.descend(&batch, |z| Loss::divergence(z, &teacher, 1.0))?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work))
    }
}

/// Row by row, `one` where `wants` says so, else `other`.
fn rows_of(one: &Value, other: &Value, wants: &[bool]) -> Value {
    let [one_rows, other_rows] = [one, other].map(Value::to_vec);
    let width = one.shape()[1];
    let rows = one_rows
        .chunks_exact(width)
        .zip(other_rows.chunks_exact(width));
    let chosen = rows
        .zip(wants)
        .flat_map(|((one, other), wants)| match wants {
            true => one,
            false => other,
        });
    Value::from_vec(chosen.copied().collect(), one.shape(), &one.device())
}
