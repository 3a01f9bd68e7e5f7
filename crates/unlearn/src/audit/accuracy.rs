//! Accuracy on kept and forgotten classes.

use serde::{Deserialize, Serialize};
use unlearn_data::Split;

use super::trunk::Trunk;
use crate::checkpoint::Model;
use crate::network::{Value, largest};

/// What a model answers on labelled samples, in inference mode, with the
/// largest of all its outputs, the forgotten ones included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Percent of all samples answered right.
    pub accuracy_percent: f64,
    /// A_R: percent of the kept classes' samples answered right (micro-average).
    pub kept_accuracy_percent: f64,
    /// E_F: percent of the forgotten classes' samples answered wrong; none
    /// where no class counts as forgotten.
    pub forgotten_error_percent: Option<f64>,
    /// Per class, in the order of the outputs.
    pub classes: Vec<ClassAccuracy>,
    /// `confusion[true class][answered class]`, in samples.
    pub confusion: Vec<Vec<usize>>,
}

/// How one class does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassAccuracy {
    /// The class.
    pub name: String,
    /// How many samples of it there are.
    pub samples: usize,
    /// Percent of them answered right; none where there are no samples.
    pub accuracy_percent: Option<f64>,
}

/// Samples that go through the network together. Small enough that the largest
/// activations of our networks stay within tens of megabytes.
const BATCH: usize = 200;

/// Asks the model for every sample; `progress` is told how many are done.
///
/// # Panics
/// If the samples' shape is not the model's.
pub fn evaluate(
    model: &Model,
    samples: &Split,
    forgotten: &[usize],
    progress: impl FnMut(usize),
) -> Evaluation {
    let confusions = confusions(&[model], samples, progress).into_iter();
    let names = model.metadata.classes.names();
    let mut evaluations = confusions.map(|of| Evaluation::from_confusion(of, names, forgotten));
    let evaluation = evaluations.next();
    evaluation.unwrap_or_else(|| unreachable!("one model, one confusion"))
}

/// `confusion[true class][answered class]`, in samples, of each of several
/// models: the same as asking one after the other. Models that differ in the
/// classifier layer alone are asked together, their common features computed once.
///
/// # Panics
/// If the samples' shape is not a model's.
pub fn confusions(
    models: &[&Model],
    samples: &Split,
    mut progress: impl FnMut(usize),
) -> Vec<Vec<Vec<usize>>> {
    let mut confusions: Vec<_> = models
        .iter()
        .map(|model| {
            let classes = model.network.class_count();
            vec![vec![0; classes]; classes]
        })
        .collect();
    let trunks = Trunk::of_models(models);
    let length: usize = samples.shape().iter().product();
    for first in (0..samples.len()).step_by(BATCH) {
        let count = BATCH.min(samples.len() - first);
        let mut numbers = vec![0.0; count * length];
        for trunk in &trunks {
            for (offset, sample) in numbers.chunks_exact_mut(length).enumerate() {
                samples.write_sample(first + offset, trunk.normalization, sample);
            }
            let [channels, height, width] = samples.shape();
            let shape = [count, channels, height, width];
            let device = trunk.body.device();
            let features = trunk
                .body
                .forward(Value::from_vec(numbers.clone(), &shape, device));
            for (place, head) in &trunk.heads {
                let logits = match head {
                    Some(head) => head.forward(features.clone()),
                    None => features.clone(),
                };
                let rows = logits.into_vec();
                let rows = rows.chunks_exact(confusions[*place].len()).map(largest);
                for (offset, answer) in rows.enumerate() {
                    confusions[*place][samples.label(first + offset)][answer] += 1;
                }
            }
        }
        progress(first + count);
    }
    confusions
}

impl Evaluation {
    /// The measures that follow from `confusion[true class][answered class]`.
    pub fn from_confusion(
        confusion: Vec<Vec<usize>>,
        names: &[String],
        forgotten: &[usize],
    ) -> Self {
        let total = |class: usize| confusion[class].iter().sum::<usize>();
        let accuracy = |classes: &[usize]| {
            let right: usize = classes.iter().map(|class| confusion[*class][*class]).sum();
            let samples: usize = classes.iter().map(|class| total(*class)).sum();
            (samples > 0).then(|| 100.0 * right as f64 / samples as f64)
        };
        let all: Vec<usize> = (0..confusion.len()).collect();
        let kept: Vec<usize> = all
            .iter()
            .copied()
            .filter(|class| !forgotten.contains(class))
            .collect();
        let classes = names.iter().enumerate().map(|(class, name)| ClassAccuracy {
            name: name.clone(),
            samples: total(class),
            accuracy_percent: accuracy(&[class]),
        });
        Self {
            accuracy_percent: accuracy(&all).unwrap_or(0.0),
            kept_accuracy_percent: accuracy(&kept).unwrap_or(0.0),
            forgotten_error_percent: accuracy(forgotten).map(|accuracy| 100.0 - accuracy),
            classes: classes.collect(),
            confusion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_and_forgotten_classes_are_told_apart() {
        let names = ["a", "b", "c"].map(String::from);
        let confusion = vec![vec![1, 3, 0], vec![0, 8, 2], vec![1, 0, 5]];
        let evaluation = Evaluation::from_confusion(confusion.clone(), &names, &[0]);
        assert_eq!(evaluation.accuracy_percent, 70.0);
        assert_eq!(evaluation.kept_accuracy_percent, 81.25);
        assert_eq!(evaluation.forgotten_error_percent, Some(75.0));
        assert_eq!(evaluation.classes[0].accuracy_percent, Some(25.0));
        assert_eq!(evaluation.classes[1].samples, 10);
        let whole = Evaluation::from_confusion(confusion, &names, &[]);
        assert_eq!(whole.forgotten_error_percent, None);
        assert_eq!(whole.kept_accuracy_percent, whole.accuracy_percent);
    }

    #[test]
    fn a_class_without_samples_has_no_accuracy() {
        let names = ["a", "b"].map(String::from);
        let evaluation = Evaluation::from_confusion(vec![vec![0, 0], vec![1, 1]], &names, &[0]);
        assert_eq!(evaluation.classes[0].accuracy_percent, None);
        assert_eq!(evaluation.forgotten_error_percent, None);
    }
}
