//! Training on with random labels for what is forgotten.

use std::iter;

use rand::Rng;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Network;
use crate::train::TrainError;
use crate::tune::{Batch, Loss, Mask, Samples, Stopped, TuneSettings, Tuner, Work};

/// Trains on with all images, in which each forgotten one has a label drawn uniformly from the classes
/// that are not its own, once (the "Unlearning" of Graves, Nagisetty, Ganesh, "Amnesiac Machine
/// Learning", AAAI 2021).
///
/// Costs E N backward passes. Defaults are those of the Bad Teacher authors' comparison (Adam 1e-4, 3
/// epochs, batch 256). Others: the paper's program 10 epochs of Adam 1e-3, batch 64; SalUn's `redraw`,
/// SGD with momentum, and `forgotten_first`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RandomLabel {
    /// Whether labels are drawn anew in each epoch, and from all classes, an image's own included
    /// (SalUn's program).
    redraw: bool,
    /// Whether each epoch has all batches of forgotten images before all of kept ones (SalUn's program
    /// on CIFAR-10), in the place of one shuffled order.
    forgotten_first: bool,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for RandomLabel {
    fn default() -> Self {
        Self {
            redraw: false,
            forgotten_first: false,
            tune: TuneSettings {
                batch_size: 256,
                ..TuneSettings::adam(3, 1e-4)
            },
        }
    }
}

impl RandomLabel {
    /// As SalUn has it: labels of all classes, drawn anew, and all batches of forgotten images first.
    pub(super) fn forgotten_first(tune: TuneSettings) -> Self {
        Self {
            redraw: true,
            forgotten_first: true,
            tune,
        }
    }

    /// How it tunes.
    pub(super) fn settings(&self) -> &TuneSettings {
        &self.tune
    }

    /// How many steps it takes.
    pub(super) fn steps(&self, context: Context<'_>) -> usize {
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let size = self.tune.batch_size;
        let of_epoch = match self.forgotten_first {
            true => forgotten.batch_count(size) + kept.batch_count(size),
            false => kept.and(forgotten).batch_count(size),
        };
        self.tune.epochs * of_epoch
    }

    /// D_F under random labels, epoch after epoch.
    fn relabelled<'a>(
        &self,
        forgotten: &Samples<'a>,
        classes: usize,
        seed: u64,
    ) -> impl Iterator<Item = Samples<'a>> {
        let (redraw, classes) = (self.redraw, classes as u64);
        let mut random = stream(seed, "random-label");
        let mut label = move |own: usize| match redraw {
            true => random.random_range(0..classes) as usize,
            // One of the others: as many steps further round, 1 to classes - 1.
            false => (own + random.random_range(1..classes) as usize) % classes as usize,
        };
        let mut relabelled = forgotten.clone().relabelled(&mut label);
        iter::repeat_with(move || {
            let of_epoch = relabelled.clone();
            if redraw {
                relabelled = of_epoch.clone().relabelled(&mut label);
            }
            of_epoch
        })
    }

    /// The model trained on with random labels, moving where `mask` lets it.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub(super) fn tune(
        &self,
        context: Context<'_>,
        mask: Mask,
        work: &mut Work<'_>,
    ) -> Result<Network, Stopped> {
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let network = &context.model.network;
        let relabelled = self.relabelled(&forgotten, network.class_count(), context.seed);
        let mut tuner = Tuner::new(network, &self.tune, context.seed, work).with_mask(mask);
        let mut descend = |batch: Batch| -> Result<Loss, Stopped> {
            tuner.descend(&batch, |z| Loss::cross_entropy(z, &batch.labels))
        };
        let size = self.tune.batch_size;
        for (epoch, relabelled) in (0..self.tune.epochs).zip(relabelled) {
            if self.forgotten_first {
                let batches = relabelled.epoch(epoch, size).chain(kept.epoch(epoch, size));
                for batch in batches {
                    descend(batch)?;
                }
            } else {
                let mixed = kept.clone().and(relabelled);
                for batch in mixed.epoch(epoch, size) {
                    descend(batch)?;
                }
            }
        }
        Ok(tuner.finish())
    }
}

impl Algorithm for RandomLabel {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "random-label",
        "train on with all images, the forgotten classes' under random labels",
        "Graves, Nagisetty, Ganesh, AAAI 2021",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut work = context.work(self.steps(context));
        let everything = Mask::everything(&context.model.network);
        let network = self.tune(context, everything, &mut work)?;
        Ok(Forgotten::new(network, &work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Device, Value};
    use unlearn_data::Normalization;

    /// The labels of 200 samples of class 1 of 4 in three epochs.
    fn labels(redraw: bool) -> [Vec<usize>; 3] {
        let plain = Normalization::none(1);
        let none = Samples::none("test", [1, 1, 1], &plain, 3, &Device::flex());
        let inputs = Value::full(0.0, &[200, 1, 1, 1], &Device::flex());
        let samples = none.with_inputs(&inputs, 1);
        let method = RandomLabel {
            redraw,
            ..RandomLabel::default()
        };
        let mut epochs = method.relabelled(&samples, 4, 7);
        [(); 3].map(|()| epochs.next().unwrap().labels().collect())
    }

    #[test]
    fn labels_are_of_the_other_classes_and_stay() {
        let [first, second, third] = labels(false);
        let seen = |class| first.iter().filter(|label| **label == class).count();
        assert_eq!(seen(1), 0);
        // A third of 200 each, 4 standard deviations of 6.7 either way.
        assert!(
            [0, 2, 3]
                .map(seen)
                .iter()
                .all(|count| (40..94).contains(count))
        );
        assert_eq!((&second, &third), (&first, &first));
    }

    #[test]
    fn redrawn_labels_are_of_all_classes_and_others_in_each_epoch() {
        let epochs = labels(true);
        for labels in &epochs {
            let seen = |class| labels.iter().filter(|label| **label == class).count();
            // A quarter of 200 each, 4 standard deviations of 6.1 either way.
            assert!(
                [0, 1, 2, 3]
                    .map(seen)
                    .iter()
                    .all(|count| (26..75).contains(count))
            );
        }
        let [first, second, third] = epochs;
        assert!(first != second && second != third && first != third);
    }
}
