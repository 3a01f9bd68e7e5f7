//! Masks that disentangle classes, and knowledge transferred past them.

use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use super::channel_mask::ChannelMask;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::op::Mode;
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{
    Loss, Statistics, TuneSettings, Tuner, Work, count, decayed, demand, not_negative, product,
    scaled_channels, squared_error_gradient,
};

/// Entanglement-reduced masks and knowledge transfer (ERM-KTP of Lin et al., CVPR 2023): a mask M
/// `[channels, classes]` says which class uses which channel of the last maps; a student drawn anew
/// learns the maps from a teacher whose channels of the forgotten classes are 0.
///
/// 1. ERM: in every third epoch the features f are `f * M[:, y]`, and M pays `penalty (relu(|M|_1 - 0.1
///    K C) + 0.1 sum_{i < j} M_i . M_j)` beside the cross-entropy; after every step each row of M is
///    divided by its largest entry and held in [0, 1].
/// 2. Teacher: a channel k stays where `M[k, c] <= used_above` for each forgotten c.
/// 3. Student: drawn anew, with the model's classifier, 0 in the columns of dropped channels and in the
///    forgotten classes' units; it stays as it is.
/// 4. KTP: descend `MSE(maps) + MSE(pooled)` between student and teacher on D_R.
///
/// What differs: the paper trains with masks from the start, 200 epochs before anyone asks to forget.
/// Any model is taken here, and `mask_epochs` of ERM on all images come on top of its training, so they
/// count in time and passes: `mask_epochs N + E N_R` backward passes, and images of all classes are
/// needed. `mask_epochs` is our choice; its rate falls by 10 at a half and at three quarters, as the
/// paper's. The maps that the student learns are masked; the program leaves them whole (`whole_maps`),
/// and its teacher normalises by batches (`teacher_statistics = "batch"`). Forgotten logits are 0, not
/// low.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErmKtp {
    /// Epochs of ERM from the trained model on.
    mask_epochs: usize,
    /// What the size and the entanglement of the masks cost.
    penalty: f64,
    /// A channel is used by a class where its entry is above this, in [0, 1).
    used_above: f64,
    /// Whether the student learns the maps as they are before they are masked.
    whole_maps: bool,
    /// What the teacher's batch normalisation normalises with.
    teacher_statistics: Statistics,
    /// After so many epochs of KTP the rate falls by 10.
    decay_after: Vec<usize>,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for ErmKtp {
    fn default() -> Self {
        Self {
            mask_epochs: 30,
            penalty: 1e-3,
            used_above: 0.0,
            whole_maps: false,
            teacher_statistics: Statistics::Running,
            decay_after: vec![10, 20],
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::sgd(200, 0.1)
            },
        }
    }
}

impl Algorithm for ErmKtp {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "erm-ktp",
        "find each class's channels by masks, and teach a new network past the forgotten ones'",
        "Lin, Zhang, Chen, Chen, Susilo, CVPR 2023",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        let (epochs, level) = (self.mask_epochs, self.used_above);
        count("mask_epochs", epochs)?;
        demand("mask_epochs", epochs > 2, "at least 3", epochs as f64)?;
        not_negative("penalty", self.penalty)?;
        let holds = (0.0..1.0).contains(&level);
        demand("used_above", holds, "in [0, 1)", level)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let network = &context.model.network;
        let Some([maps, pooled]) = network.graph().maps_and_pooled() else {
            return Err(refused(
                "expected a network whose classifier reads the mean of each channel, found another",
            ));
        };
        let (kept, size) = (context.kept(), self.tune.batch_size);
        let all = kept.clone().and(context.forgotten());
        let steps = [(self.mask_epochs, &all), (self.tune.epochs, &kept)];
        let steps = steps.map(|(epochs, samples)| epochs * samples.batch_count(size));
        let mut work = context.work(steps.iter().sum());

        let (teacher, mask) = self.reduced(context, pooled, &mut work)?;
        let stay = mask.unused_by(context.request.forgotten(), self.used_above);
        if stay.iter().all(|channel| *channel == 0.0) {
            return Err(refused(
                "expected a channel that no forgotten class uses, found none: more `mask_epochs` or a higher `used_above` may help",
            ));
        }
        let channels = stay.len();
        let student = student(context, &teacher, &stay);
        let factors = Value::from_vec(stay, &[channels], network.device());
        // Losses at the maps and at what is pooled of them: no gradient reaches the classifier.
        let mut tuner = Tuner::new(&student, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            tuner.set_learning_rate(decayed(self.tune.learning_rate, &self.decay_after, epoch));
            for (place, batch) in kept.epoch(epoch, size).enumerate() {
                let mut random = stream(context.seed, &format!("erm-ktp/teacher/{epoch}/{place}"));
                let mut mode = match self.teacher_statistics {
                    Statistics::Batch => Mode::Training(&mut random),
                    Statistics::Running => Mode::Tuning,
                };
                let nodes = [maps, pooled];
                let taught = teacher.trace_tapped(batch.inputs.clone(), &mut mode, &nodes);
                let [whole, mean] = [&taught.taps[0], &taught.taps[1]];
                let target = match self.whole_maps {
                    true => whole.clone(),
                    false => scaled_channels(whole.clone(), &factors),
                };
                let targets = [target, scaled_channels(mean.clone(), &factors)];
                tuner.add_at(&batch, &nodes, |ours| {
                    let pairs = ours.iter().zip(&targets);
                    pairs
                        .map(|(ours, target)| squared_error_gradient(ours, target))
                        .collect()
                });
                tuner.step()?;
            }
        }
        Ok(Forgotten::new(tuner.finish(), &work).drawn_anew())
    }
}

impl ErmKtp {
    /// ERM: the model trained on with masks, and the masks.
    fn reduced(
        &self,
        context: Context<'_>,
        pooled: usize,
        work: &mut Work<'_>,
    ) -> Result<(Network, ChannelMask), ForgetError> {
        let network = &context.model.network;
        let all = context.kept().and(context.forgotten());
        let channels = network.graph().output_shape_of(pooled)[0];
        let mut mask = ChannelMask::new(channels, network.class_count(), &self.tune);
        let mut tuner = Tuner::new(network, &self.tune, context.seed, work);
        let falls = [self.mask_epochs / 2, self.mask_epochs * 3 / 4];
        for epoch in 0..self.mask_epochs {
            let rate = decayed(self.tune.learning_rate, &falls, epoch);
            tuner.set_learning_rate(rate);
            for batch in all.epoch(epoch, self.tune.batch_size) {
                if epoch % 3 < 2 {
                    tuner.descend(&batch, |z| Loss::cross_entropy(z, &batch.labels))?;
                    mask.settle();
                    continue;
                }
                let Some([_, head]) = tuner.network().split() else {
                    unreachable!("the classifier reads one value");
                };
                let rows = mask.of_labels(&batch.labels, network.device());
                let (mut of_head, mut of_mask) = (Vec::new(), None);
                tuner.add_at(&batch, &[pooled], |outputs| {
                    let trace =
                        head.trace(product(outputs[0].clone(), &rows), &mut Mode::Inference);
                    let loss = Loss::cross_entropy(&trace.output, &batch.labels);
                    let back = head.backward(trace, loss.gradient(head.device()), true);
                    let Some(slope) = back.input else {
                        unreachable!("it was asked for");
                    };
                    of_head = back.parameters;
                    of_mask = Some(product(outputs[0].clone(), &slope));
                    vec![product(slope, &rows)]
                });
                let places = network.graph().classifier().zip(of_head);
                for (parameter, gradient) in places {
                    if let Some(gradient) = gradient {
                        tuner.add_gradient(parameter, gradient);
                    }
                }
                tuner.step()?;
                if let Some(slopes) = of_mask {
                    mask.step(&batch.labels, &slopes, self.penalty, rate);
                }
                mask.settle();
            }
        }
        Ok((tuner.finish(), mask))
    }
}

/// A network drawn anew with the teacher's classifier, without what is to go.
fn student(context: Context<'_>, teacher: &Network, stay: &[f32]) -> Network {
    let mut student = context.untrained("erm-ktp");
    for class in 0..teacher.class_count() {
        let mut unit = teacher.classifier_unit(class);
        let columns = unit.weights.iter_mut().zip(stay);
        columns.for_each(|(weight, stays)| *weight *= stays);
        if context.request.forgotten().contains(&class) {
            unit.weights.fill(0.0);
            unit.bias = unit.bias.map(|_| 0.0);
        }
        student.set_classifier_unit(class, &unit);
    }
    student
}

fn refused(reason: &str) -> ForgetError {
    ForgetError::Setting {
        method: ErmKtp::ENTRY.name,
        reason: reason.into(),
    }
}
