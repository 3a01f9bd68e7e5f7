//! How well each class's own network restores a sample.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{Initialization, ParameterSpec, Role, ShapeError, Value};

/// Logits from what one autoencoder per class makes of a sample: the inputs are the sample x, of n
/// numbers, and a reconstruction `[n]` by each autoencoder there is.
///
/// `z_c = -(e_c - mean_c) / sqrt(variance_c + 1e-12)`, `e_c = |x - r_c|^2 / n`; mean and variance are those of the class's own
/// training samples, and stay as they are in both modes. A class without an autoencoder has the lowest of these logits
/// less 100: it is never the answer. In double precision on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconstruction {
    /// The outputs.
    pub classes: usize,
    /// The classes that have an autoencoder, ascending, in the order of the inputs.
    pub known: Vec<usize>,
}

/// How far below all others the logit of a class without an autoencoder is.
const BELOW: f64 = 100.0;
/// Added to variances, so that a class whose samples are all alike divides by no 0.
const EPSILON: f64 = 1e-12;

/// Per sample, `|x - r|^2 / n` of `[samples, ..]` and `[samples, n]`.
pub(crate) fn squared_errors(samples: &Value, reconstructions: &Value) -> Vec<f64> {
    let length = samples.element_count() / samples.shape()[0].max(1);
    samples.read(|samples| {
        reconstructions.read(|reconstructions| {
            let pairs = samples
                .chunks_exact(length)
                .zip(reconstructions.chunks_exact(length));
            let squares = pairs.map(|(x, r)| {
                let pairs = x.iter().zip(r);
                let sum: f64 = pairs.map(|(x, r)| f64::from(x - r).powi(2)).sum();
                sum / length as f64
            });
            squares.collect()
        })
    })
}

/// `1 / sqrt(variance + epsilon)` per class.
fn scales(variances: &Value) -> Vec<f64> {
    let variances = variances.to_vec().into_iter();
    variances
        .map(|variance| (f64::from(variance) + EPSILON).sqrt().recip())
        .collect()
}

/// How many numbers a shape has.
fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The place of the lowest number, the first of equals.
fn lowest(numbers: &[f64]) -> usize {
    let mut best = 0;
    for (place, number) in numbers.iter().enumerate() {
        if *number < numbers[best] {
            best = place;
        }
    }
    best
}

impl Reconstruction {
    /// Per sample the logits of the known classes.
    fn known_logits(&self, inputs: &[Value], parameters: &[Value]) -> Vec<Vec<f64>> {
        let (means, scales) = (parameters[0].to_vec(), scales(&parameters[1]));
        let mut rows = vec![Vec::with_capacity(self.known.len()); inputs[0].shape()[0]];
        for (place, reconstruction) in inputs[1..].iter().enumerate() {
            let errors = squared_errors(&inputs[0], reconstruction);
            for (row, error) in rows.iter_mut().zip(errors) {
                row.push((f64::from(means[place]) - error) * scales[place]);
            }
        }
        rows
    }
}

impl Operation for Reconstruction {
    fn kind(&self) -> &'static str {
        "reconstruction"
    }

    fn parameters(&self) -> Vec<ParameterSpec> {
        let spec = |suffix, role, start| ParameterSpec {
            suffix,
            role,
            shape: vec![self.known.len()],
            initialization: Initialization::Constant(start),
        };
        vec![
            spec("running_mean", Role::RunningMean, 0.0),
            spec("running_var", Role::RunningVariance, 1.0),
        ]
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [sample, others @ ..]
                if !others.is_empty()
                    && others.len() == self.known.len()
                    && others.iter().all(|other| **other == [count(sample)]) =>
            {
                Ok(vec![self.classes])
            }
            _ => Err(ShapeError::new(
                "reconstruction",
                format!("a sample and {} reconstructions of it", self.known.len()),
                inputs,
            )),
        }
    }

    fn forward(&self, inputs: Vec<Value>, parameters: &[Value], _: &mut Mode<'_>) -> Forward {
        let device = inputs[0].device();
        let rows = self.known_logits(&inputs, parameters);
        let mut output = Vec::with_capacity(rows.len() * self.classes);
        for row in &rows {
            let absent = row[lowest(row)] - BELOW;
            let mut logits = vec![absent as f32; self.classes];
            for (class, logit) in self.known.iter().zip(row) {
                logits[*class] = *logit as f32;
            }
            output.extend(logits);
        }
        let output = Value::from_vec(output, &[rows.len(), self.classes], &device);
        let saved = Saved {
            values: inputs,
            ..Saved::default()
        };
        Forward::new(output, saved)
    }

    /// With `d_c` at `z_c`, to which the class with the lowest logit adds those of the classes without an
    /// autoencoder: `dr_c = 2 d_c (x - r_c) / (n sqrt(variance_c + epsilon))`, `dx = -sum_c dr_c`.
    fn backward(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let device = gradient.device();
        let rows = self.known_logits(&saved.values, parameters);
        let gradient = gradient.into_vec();
        let of_known: Vec<Vec<f64>> = rows
            .iter()
            .zip(gradient.chunks_exact(self.classes))
            .map(|(row, gradient)| {
                let all: f64 = gradient.iter().map(|d| f64::from(*d)).sum();
                let of_known = self.known.iter().map(|class| f64::from(gradient[*class]));
                let mut of_known: Vec<f64> = of_known.collect();
                let of_absent = all - of_known.iter().sum::<f64>();
                of_known[lowest(row)] += of_absent;
                of_known
            })
            .collect();
        let scales = scales(&parameters[1]);
        let samples = saved.values[0].to_vec();
        let length = samples.len() / rows.len().max(1);
        let mut of_samples = vec![0.0f64; samples.len()];
        let mut inputs = vec![None];
        for (place, reconstruction) in saved.values[1..].iter().enumerate() {
            let numbers = reconstruction.to_vec();
            let slopes = numbers.iter().zip(&samples).enumerate();
            let slopes = slopes.map(|(entry, (r, x))| {
                let factor = of_known[entry / length][place] * scales[place] / length as f64;
                2.0 * factor * f64::from(x - r)
            });
            let slopes: Vec<f64> = slopes.collect();
            if wanted.inputs[0] {
                let sums = of_samples.iter_mut().zip(&slopes);
                sums.for_each(|(sum, slope)| *sum -= slope);
            }
            let slopes = slopes.into_iter().map(|slope| slope as f32).collect();
            let slopes = Value::from_vec(slopes, reconstruction.shape(), &device);
            inputs.push(Some(slopes));
        }
        inputs[0] = wanted.inputs[0].then(|| {
            let of_samples = of_samples.into_iter().map(|slope| slope as f32).collect();
            Value::from_vec(of_samples, saved.values[0].shape(), &device)
        });
        OperationGradients {
            inputs,
            parameters: vec![None, None],
        }
    }
}
