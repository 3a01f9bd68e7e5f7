//! Random labels where the forgotten classes are felt most.

use serde::{Deserialize, Serialize};

use super::RandomLabel;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Network;
use crate::train::TrainError;
use crate::tune::{Loss, Mask, TuneSettings, Work, gradients, part};

/// Trains on with random labels, moving only the parameters whose loss on the forgotten images has the
/// steepest slope: `|grad CE(D_F)|`, ranked over the whole network (SalUn of Fan, Liu, Zhang, Wong,
/// Wei, Liu, ICLR 2024).
///
/// The slope is the sum over batches of the gradient of each batch's mean, with running statistics; its
/// absolute value is taken after the sum. What is not salient keeps its bits, whatever momentum and
/// weight decay would do; running statistics move. Costs `N_F + E N` backward passes. Defaults are
/// those of the authors' program (half of the parameters; SGD 0.013, 10 epochs, batch 256; all
/// forgotten batches first, as it does on CIFAR-10; labels of all classes, drawn anew in each epoch, there
/// in each step). The rate for whole classes is not published.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SalUn {
    /// The part of the parameters that moves, in (0, 1].
    salient_part: f64,
    #[serde(flatten)]
    labels: RandomLabel,
}

impl Default for SalUn {
    fn default() -> Self {
        Self {
            salient_part: 0.5,
            labels: RandomLabel::forgotten_first(TuneSettings {
                batch_size: 256,
                ..TuneSettings::sgd(10, 0.013)
            }),
        }
    }
}

impl Algorithm for SalUn {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "salun",
        "random labels that move only where the forgotten classes' loss is steepest",
        "Fan, Liu, Zhang, Wong, Wei, Liu, ICLR 2024",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        part("salient_part", self.salient_part)?;
        self.labels.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let network = &context.model.network;
        let ranking = context
            .forgotten()
            .batch_count(self.labels.settings().batch_size);
        let mut work = context.work(ranking + self.labels.steps(context));
        let slopes = self.slopes(context, &mut work)?;
        let mask = Mask::of_elements(network, steepest(&slopes, self.salient_part));
        let network = self.labels.tune(context, mask, &mut work)?;
        Ok(Forgotten::new(network, &work))
    }
}

/// Per parameter its numbers' `|grad CE(D_F)|`; none for buffers.
type Slopes = Vec<Option<Vec<f32>>>;

impl SalUn {
    fn slopes(&self, context: Context<'_>, work: &mut Work<'_>) -> Result<Slopes, ForgetError> {
        let network: &Network = &context.model.network;
        let mut sums: Slopes = vec![None; network.parameters().len()];
        for batch in context
            .forgotten()
            .in_order(self.labels.settings().batch_size)
        {
            let of_batch = gradients(network, &batch, |z| Loss::cross_entropy(z, &batch.labels));
            for (sum, gradient) in sums.iter_mut().zip(of_batch) {
                let Some(gradient) = gradient else { continue };
                let gradient = gradient.into_vec();
                match sum {
                    Some(sum) => sum.iter_mut().zip(gradient).for_each(|(s, g)| *s += g),
                    None => *sum = Some(gradient),
                }
            }
            work.count(batch.len());
            work.step()?;
        }
        let numbers = sums.iter_mut().flatten().flatten();
        numbers.for_each(|slope| *slope = slope.abs());
        Ok(sums)
    }
}

/// True for the given part of all numbers, those with the largest slopes; of equal ones the earlier.
fn steepest(slopes: &Slopes, part: f64) -> Vec<Option<Vec<bool>>> {
    let all: Vec<f32> = slopes.iter().flatten().flatten().copied().collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|one, other| all[*other].total_cmp(&all[*one]));
    let mut moves = vec![false; all.len()];
    let count = (part * all.len() as f64) as usize;
    order[..count].iter().for_each(|place| moves[*place] = true);
    let mut moves = moves.into_iter();
    let entries = slopes.iter();
    let entries = entries.map(|slopes| {
        let count = slopes.as_ref().map(Vec::len);
        count.map(|count| moves.by_ref().take(count).collect())
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steepest_are_found_over_all_parameters() {
        let slopes = vec![Some(vec![0.1, 0.5]), None, Some(vec![0.4, 0.2, 0.3])];
        let expected = vec![
            Some(vec![false, true]),
            None,
            Some(vec![true, false, false]),
        ];
        assert_eq!(steepest(&slopes, 0.5), expected);
    }
}
