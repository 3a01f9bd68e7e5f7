//! Biases with which every class is answered as often as it is there.

use super::ClassMeans;
use super::rows::doubles;
use crate::network::{Network, Value};
use crate::solve::{Cholesky, add_gram, add_to_diagonal};

/// Steps of Newton's method, at most.
const STEPS: usize = 20;

/// The longest step for one class, in nats: farther out the loss is not what it bends like here.
const LONGEST: f64 = 1.0;

/// Steps shorter than this end the search, in nats.
const SHORTEST: f64 = 1e-4;

/// What is to be added to the logits of each class, in nats: the least of
///
/// ```text
/// sum over images of the cross-entropy of (logits + o)  +  |o|^2 / 2
/// ```
///
/// by Newton's method. There, but for the second term (which stands for offsets of about a nat and keeps them small where images say little), a class's mean probability over the
/// images is its share of them. Training by single batches ends near to that, not at it. Classes without images keep their logits.
pub fn offsets(logits: &Value, labels: &[usize]) -> Vec<f64> {
    let (images, classes) = (logits.shape()[0], logits.shape()[1]);
    let mut counts = vec![0.0; classes];
    labels.iter().for_each(|label| counts[*label] += 1.0);
    let rows = doubles(&logits.to_vec());
    let mut offsets = vec![0.0; classes];
    for _ in 0..STEPS {
        let mut sums = vec![0.0; classes];
        let probabilities = rows.chunks_exact(classes).flat_map(|row| {
            let row = probabilities(row, &offsets, &counts);
            let pairs = sums.iter_mut().zip(&row);
            pairs.for_each(|(sum, probability)| *sum += probability);
            row
        });
        let probabilities = probabilities.map(|probability| probability as f32);
        let shape = [images, classes];
        let probabilities = Value::from_vec(probabilities.collect(), &shape, &logits.device());
        let mut bend = vec![0.0; classes * classes];
        add_gram(&mut bend, &probabilities, None);
        bend.iter_mut().for_each(|product| *product = -*product);
        for (class, sum) in sums.iter().enumerate() {
            bend[class * (classes + 1)] += sum;
        }
        add_to_diagonal(&mut bend, 1.0);
        let slope = (0..classes).map(|class| sums[class] - counts[class] + offsets[class]);
        let step = Cholesky::new(bend).solve(&slope.collect::<Vec<f64>>());
        let longest = step.iter().fold(0.0, |most, by| f64::max(most, by.abs()));
        let part = f64::min(1.0, LONGEST / longest);
        let pairs = offsets.iter_mut().zip(&step);
        pairs.for_each(|(offset, by)| *offset -= part * by);
        if longest < SHORTEST {
            break;
        }
    }
    offsets
}

impl ClassMeans {
    /// A network with these classes' biases as they are kept here.
    pub(crate) fn balanced(&self, network: &Network, classes: &[usize]) -> Network {
        let mut balanced = network.clone();
        let biases = classes
            .iter()
            .filter_map(|class| Some((*class, self.bias(*class)?)));
        balanced.set_classifier_biases(&biases.collect::<Vec<_>>());
        balanced
    }
}

/// Of the classes that have images.
fn probabilities(logits: &[f64], offsets: &[f64], counts: &[f64]) -> Vec<f64> {
    let moved = logits.iter().zip(offsets).zip(counts);
    let moved = moved.map(|((logit, offset), count)| match *count > 0.0 {
        true => logit + offset,
        false => f64::NEG_INFINITY,
    });
    let mut row: Vec<f64> = moved.collect();
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row.iter_mut()
        .for_each(|logit| *logit = (*logit - top).exp());
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|part| *part /= sum);
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;

    fn logits() -> (Value, Vec<usize>) {
        let numbers = (0..60 * 4).map(|place: usize| {
            let (image, class) = (place / 4, place % 4);
            let right = f32::from(u8::from(image % 3 == class));
            3.0 * right + 2.0 * (1.7 * place as f32).sin() + class as f32
        });
        let labels = (0..60).map(|image| image % 3).collect();
        let value = Value::from_vec(numbers.collect(), &[60, 4], &Device::flex());
        (value, labels)
    }

    #[test]
    fn no_other_offsets_cost_less() {
        let (logits, labels) = logits();
        let counts = [20.0, 20.0, 20.0, 0.0];
        let rows = doubles(&logits.to_vec());
        let cost = |offsets: &[f64]| {
            let rows = rows.chunks_exact(4).zip(&labels);
            let losses =
                rows.map(|(row, label)| -probabilities(row, offsets, &counts)[*label].ln());
            losses.sum::<f64>() + offsets.iter().map(|o| o * o).sum::<f64>() / 2.0
        };
        let found = offsets(&logits, &labels);
        assert!(found[0] > 0.3 && found[2] < -0.3, "{found:?}");
        for class in 0..3 {
            for step in [-1e-2, 1e-2] {
                let mut other = found.clone();
                other[class] += step;
                assert!(cost(&other) > cost(&found), "{class} {step}");
            }
        }
    }

    #[test]
    fn a_class_without_images_keeps_its_logits() {
        let (logits, labels) = logits();
        assert_eq!(offsets(&logits, &labels)[3], 0.0);
    }

    #[test]
    fn each_class_gets_its_share() {
        let (logits, labels) = logits();
        let found = offsets(&logits, &labels);
        let rows = doubles(&logits.to_vec());
        for class in 0..3 {
            let rows = rows.chunks_exact(4);
            let of_class =
                rows.map(|row| probabilities(row, &found, &[20.0, 20.0, 20.0, 0.0])[class]);
            let gap = of_class.sum::<f64>() - 20.0 + found[class];
            assert!(gap.abs() < 1e-3, "{class}: {gap}");
        }
    }
}
