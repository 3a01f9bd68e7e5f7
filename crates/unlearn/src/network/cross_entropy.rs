//! The loss of a classifier.

use burn::tensor::Device;

use super::Value;

/// Cross-entropy of a batch with its gradient, computed in double precision.
///
/// For logits z and label y, `L = -sum_k q_k log p_k` with `p = softmax(z)` and
/// `q = (1 - s) onehot(y) + s / classes` for label smoothing s. The gradient is
/// `dL/dz = p - q`; without smoothing its entry for y is computed as minus the
/// sum of the others, so that it keeps its relative precision when p_y is
/// almost 1, as it is for a code that was learned by heart.
#[derive(Clone, Debug)]
pub struct CrossEntropy {
    /// Per sample, in nats.
    pub losses: Vec<f64>,
    /// Per sample, the class of the largest logit (the first of equals).
    pub predictions: Vec<usize>,
    gradient: Vec<f64>,
    classes: usize,
}

impl CrossEntropy {
    /// The loss of logits `[batch, classes]` against one label per sample.
    ///
    /// # Panics
    /// If labels and logits do not match.
    pub fn new(logits: &Value, labels: &[usize], smoothing: f64) -> Self {
        let [batch, classes] = *logits.shape() else {
            panic!("logits of shape {:?}", logits.shape());
        };
        assert_eq!(labels.len(), batch, "labels of a batch");
        let mut result = Self {
            losses: Vec::with_capacity(batch),
            predictions: Vec::with_capacity(batch),
            gradient: Vec::with_capacity(batch * classes),
            classes,
        };
        for (row, &label) in logits.to_vec().chunks_exact(classes).zip(labels) {
            result.add(row, label, smoothing);
        }
        result
    }

    fn add(&mut self, logits: &[f32], label: usize, smoothing: f64) {
        let prediction = largest(logits);
        let top = f64::from(logits[prediction]);
        let exponentials = logits.iter().map(|&logit| (f64::from(logit) - top).exp());
        let first = self.gradient.len();
        self.gradient.extend(exponentials);
        let row = &mut self.gradient[first..];
        let sum: f64 = row.iter().sum();
        let log_sum = top + sum.ln();
        row.iter_mut().for_each(|value| *value /= sum);
        let mut loss = log_sum - f64::from(logits[label]);
        if label == prediction {
            // log(1 + rest) by the rest alone: sum.ln() would lose a rest
            // below 1e-16.
            let rest: f64 = others(row, label).sum();
            loss = (rest / row[label]).ln_1p();
        }
        if smoothing > 0.0 {
            let uniform = smoothing / logits.len() as f64;
            let mean_loss: f64 = logits.iter().map(|&z| log_sum - f64::from(z)).sum();
            loss = (1.0 - smoothing) * loss + uniform * mean_loss;
            row.iter_mut().for_each(|value| *value -= uniform);
            row[label] -= 1.0 - smoothing;
        } else {
            row[label] = -others(row, label).sum::<f64>();
        }
        self.losses.push(loss);
        self.predictions.push(prediction);
    }

    /// The mean loss of the batch, in nats.
    pub fn mean(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len() as f64
    }

    /// The largest entry of the gradient by magnitude.
    pub fn largest_gradient(&self) -> f64 {
        self.gradient
            .iter()
            .fold(0.0, |most, entry| most.max(entry.abs()))
    }

    /// `dL_b/dz_b` for each sample's own loss, `[batch, classes]` in row-major order.
    pub fn gradients(&self) -> &[f64] {
        &self.gradient
    }

    /// `scale * dL_b/dz_b` for each sample's own loss, `[batch, classes]`.
    pub fn gradient(&self, scale: f64, device: &Device) -> Value {
        let scaled = self.gradient.iter().map(|entry| (entry * scale) as f32);
        let batch = self.losses.len();
        Value::from_vec(scaled.collect(), &[batch, self.classes], device)
    }
}

/// The index of the largest number, the first of equals.
pub fn largest(numbers: &[f32]) -> usize {
    let mut best = 0;
    for (index, number) in numbers.iter().enumerate() {
        if *number > numbers[best] {
            best = index;
        }
    }
    best
}

fn others(row: &[f64], label: usize) -> impl Iterator<Item = f64> + '_ {
    let but_label = row
        .iter()
        .enumerate()
        .filter(move |(class, _)| *class != label);
    but_label.map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(logits: &[f32], labels: &[usize], smoothing: f64) -> CrossEntropy {
        let shape = [labels.len(), logits.len() / labels.len()];
        let logits = Value::from_vec(logits.to_vec(), &shape, &Device::flex());
        CrossEntropy::new(&logits, labels, smoothing)
    }

    #[test]
    fn uniform_logits_cost_the_log_of_the_classes() {
        let result = loss(&[0.5; 8], &[1, 3], 0.0);
        assert!((result.mean() - 4f64.ln()).abs() < 1e-12);
        let gradient = result.gradient(1.0, &Device::flex()).to_vec();
        assert_eq!(gradient[..4], [0.25, -0.75, 0.25, 0.25]);
    }

    #[test]
    fn a_code_learned_by_heart_keeps_its_tiny_gradient() {
        let result = loss(&[60.0, 0.0, 0.0], &[0], 0.0);
        let expected = 2.0 * (-60f64).exp();
        assert!((result.mean() / expected - 1.0).abs() < 1e-9);
        assert!((result.largest_gradient() / expected - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        for smoothing in [0.0, 0.1] {
            let logits = [0.3f32, -1.2, 2.0, 0.7];
            let result = loss(&logits, &[3], smoothing);
            let gradient = result.gradient(1.0, &Device::flex()).to_vec();
            for (index, &entry) in gradient.iter().enumerate() {
                let step = 1.0 / 1024.0;
                let at = |offset: f32| {
                    let mut moved = logits;
                    moved[index] += offset;
                    loss(&moved, &[3], smoothing).mean()
                };
                let slope = (at(step) - at(-step)) / f64::from(2.0 * step);
                assert!((slope - f64::from(entry)).abs() < 1e-5, "{slope} {entry}");
            }
        }
    }
}
