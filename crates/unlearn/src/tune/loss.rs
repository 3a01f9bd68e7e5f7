//! Losses of a batch's logits.

use crate::network::{CrossEntropy, Device, Value};

/// A loss per sample with its gradient at the logits z `[batch, classes]`, in
/// double precision. Losses add up and scale, so that an objective reads as its formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// Per sample, in nats.
    pub values: Vec<f64>,
    /// `dL_b/dz_b`, `[batch, classes]` in row-major order.
    gradients: Vec<f64>,
}

impl Loss {
    /// The loss with these values and gradients at the logits.
    ///
    /// # Panics
    /// If there is not one row of gradients per value.
    pub fn new(values: Vec<f64>, gradients: Vec<f64>) -> Self {
        assert!(
            !values.is_empty() && gradients.len().is_multiple_of(values.len()),
            "{} gradients of {} samples",
            gradients.len(),
            values.len()
        );
        Self { values, gradients }
    }

    /// Cross-entropy with one label per sample: `-log p_y`, `p = softmax(z)`.
    ///
    /// # Panics
    /// If labels and logits do not match.
    pub fn cross_entropy(logits: &Value, labels: &[usize]) -> Self {
        let loss = CrossEntropy::new(logits, labels, 0.0);
        let gradients = loss.gradients().to_vec();
        Self::new(loss.losses, gradients)
    }

    /// `KL(q || p)` of the teacher's distribution `q = softmax(z_t / T)` and the
    /// student's, `p = softmax(z / T)`, summed over classes; gradient `(p - q) / T`.
    /// Distillation as of Hinton et al. (2015) is `T^2` times this.
    ///
    /// # Panics
    /// If the logits of teacher and student do not match.
    pub fn divergence(logits: &Value, teacher: &Value, temperature: f64) -> Self {
        let teacher: Vec<f64> = teacher.to_vec().into_iter().map(f64::from).collect();
        Self::rows(logits, &teacher, |z, teacher| {
            let (log_p, log_q) = (
                log_softmax(z, temperature),
                log_softmax(teacher, temperature),
            );
            let pairs = || log_q.iter().zip(&log_p);
            let value = pairs().map(|(q, p)| q.exp() * (q - p)).sum();
            let gradient = pairs().map(|(q, p)| (p.exp() - q.exp()) / temperature);
            (value, gradient.collect())
        })
    }

    /// The same divergence at temperature 1 with its gradient at the teacher's logits,
    /// `q_k (log q_k - log p_k - KL)`: for who moves what the teacher sees.
    ///
    /// # Panics
    /// If the logits of teacher and student do not match.
    pub fn divergence_at_teacher(teacher: &Value, student: &Value) -> Self {
        let student: Vec<f64> = student.to_vec().into_iter().map(f64::from).collect();
        Self::rows(teacher, &student, |teacher, student| {
            let (log_q, log_p) = (log_softmax(teacher, 1.0), log_softmax(student, 1.0));
            let pairs = || log_q.iter().zip(&log_p);
            let value = pairs().map(|(q, p)| q.exp() * (q - p)).sum();
            let gradient = pairs().map(|(q, p)| q.exp() * (q - p - value));
            (value, gradient.collect())
        })
    }

    /// The loss that `row` makes of each sample's logits and its row of `beside`.
    fn rows(
        logits: &Value,
        beside: &[f64],
        row: impl Fn(&[f64], &[f64]) -> (f64, Vec<f64>),
    ) -> Self {
        let classes = logits.shape()[1];
        let logits: Vec<f64> = logits.to_vec().into_iter().map(f64::from).collect();
        assert_eq!(logits.len(), beside.len(), "targets of a batch");
        let rows = logits
            .chunks_exact(classes)
            .zip(beside.chunks_exact(classes));
        let (values, gradients): (Vec<f64>, Vec<Vec<f64>>) =
            rows.map(|(logits, beside)| row(logits, beside)).unzip();
        Self::new(values, gradients.concat())
    }

    /// `factor` times the loss; below 0 it is to rise.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let factors = vec![factor; self.values.len()];
        self.weighted(&factors)
    }

    /// Each sample's loss times its own weight.
    ///
    /// # Panics
    /// If there is not one weight per sample.
    #[must_use]
    pub fn weighted(mut self, weights: &[f64]) -> Self {
        assert_eq!(weights.len(), self.values.len(), "weights of a batch");
        let classes = self.gradients.len() / self.values.len();
        let rows = self.gradients.chunks_exact_mut(classes);
        for ((value, row), weight) in self.values.iter_mut().zip(rows).zip(weights) {
            *value *= weight;
            row.iter_mut().for_each(|entry| *entry *= weight);
        }
        self
    }

    /// The sum of two losses of the same batch.
    ///
    /// # Panics
    /// If they are of different batches.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        assert_eq!(
            self.gradients.len(),
            other.gradients.len(),
            "losses of a batch"
        );
        let add = |ours: &mut [f64], theirs: &[f64]| {
            let pairs = ours.iter_mut().zip(theirs);
            pairs.for_each(|(ours, theirs)| *ours += theirs);
        };
        add(&mut self.values, &other.values);
        add(&mut self.gradients, &other.gradients);
        self
    }

    /// The mean over the batch.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// The gradient of [`Loss::mean`] at the logits, `[batch, classes]`.
    pub fn gradient(&self, device: &Device) -> Value {
        let batch = self.values.len();
        let entries = self
            .gradients
            .iter()
            .map(|entry| (entry / batch as f64) as f32);
        let shape = [batch, self.gradients.len() / batch];
        Value::from_vec(entries.collect(), &shape, device)
    }
}

/// `log softmax(z / T)`.
fn log_softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled = logits.iter().map(|logit| (logit - top) / temperature);
    let sum: f64 = scaled.clone().map(f64::exp).sum();
    scaled.map(|logit| logit - sum.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [0.3, -1.2, 2.0, 0.5, 0.4, -0.7];

    fn value(numbers: &[f32]) -> Value {
        Value::from_vec(numbers.to_vec(), &[2, 3], &Device::flex())
    }

    /// The gradient against differences, h = 2^-6: exact to about h^2.
    fn check(loss: impl Fn(&Value) -> Loss) {
        let found = loss(&value(&LOGITS));
        for place in 0..LOGITS.len() {
            let at = |shift: f32| {
                let mut logits = LOGITS;
                logits[place] += shift;
                loss(&value(&logits)).values.iter().sum::<f64>()
            };
            let step = 0.015_625;
            let expected = (at(step) - at(-step)) / (2.0 * f64::from(step));
            let error = (found.gradients[place] - expected).abs();
            assert!(
                error < 1e-4,
                "{place}: {} {expected}",
                found.gradients[place]
            );
        }
    }

    #[test]
    fn gradients_are_the_slopes_of_the_values() {
        check(|z| Loss::cross_entropy(z, &[2, 1]));
        let teacher = value(&[1.0, 0.0, -1.0, 0.2, 0.1, 0.3]);
        for temperature in [1.0, 4.0] {
            check(|z| Loss::divergence(z, &teacher, temperature));
        }
        check(|z| Loss::divergence_at_teacher(z, &teacher));
        check(|z| {
            let hard = Loss::cross_entropy(z, &[0, 0]).weighted(&[-1.0, 2.0]);
            Loss::divergence(z, &teacher, 2.0).times(0.5).plus(&hard)
        });
    }

    #[test]
    fn kinds_meet_where_they_are_the_same() {
        let logits = value(&LOGITS);
        let other = value(&[1.0, 0.0, -1.0, 0.2, 0.1, 0.3]);
        let [at_student, at_teacher] = [
            Loss::divergence(&logits, &other, 1.0),
            Loss::divergence_at_teacher(&other, &logits),
        ];
        assert!((at_student.mean() - at_teacher.mean()).abs() < 1e-12);
        // A teacher that is sure of a class is a label.
        let hard = Loss::cross_entropy(&logits, &[2, 1]);
        let sure = value(&[0.0, 0.0, 1e3, 0.0, 1e3, 0.0]);
        let soft = Loss::divergence(&logits, &sure, 1.0);
        assert!((hard.mean() - soft.mean()).abs() < 1e-12);
        let same = Loss::divergence(&logits, &logits, 3.0);
        assert_eq!((same.mean(), same.gradients), (0.0, vec![0.0; 6]));
    }
}
