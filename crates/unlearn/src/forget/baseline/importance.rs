//! What parameters matter, and dampening them by it.

use rayon::prelude::*;

use crate::network::{Network, Value};

/// Numbers that one thread works on.
const PIECE: usize = 1 << 14;

/// Per parameter the mean, over samples or batches, of some function of its
/// gradient. Sums are kept in double precision.
#[derive(Clone, Debug)]
pub struct Importance {
    /// Per parameter of the network; `None` for buffers and where nothing was added.
    sums: Vec<Option<Vec<f64>>>,
    /// What the sums are divided by.
    count: usize,
}

/// How strongly what matters to the forgotten classes is dampened.
#[derive(Clone, Copy, Debug)]
pub struct Dampening {
    /// How many times more a parameter must matter to the forgotten classes.
    pub alpha: f64,
    /// What the dampening is multiplied by.
    pub lambda: f64,
}

impl Importance {
    /// Nothing added yet.
    pub fn none(network: &Network) -> Self {
        Self {
            sums: vec![None; network.parameters().len()],
            count: 0,
        }
    }

    /// Says that the mean is over so many more.
    pub fn count(&mut self, more: usize) {
        self.count += more;
    }

    /// Adds `of` each element to a parameter's sums.
    pub fn add(&mut self, parameter: usize, numbers: &Value, of: impl Fn(f64) -> f64 + Sync) {
        numbers.read(|numbers| {
            let sums = self.sums[parameter].get_or_insert_with(|| vec![0.0; numbers.len()]);
            let pieces = sums.par_chunks_mut(PIECE).zip(numbers.par_chunks(PIECE));
            pieces.for_each(|(sums, numbers)| {
                for (sum, number) in sums.iter_mut().zip(numbers) {
                    *sum += of(f64::from(*number));
                }
            });
        });
    }

    /// The mean for one parameter in row-major order; `None` for a buffer.
    pub fn mean(&self, parameter: usize) -> Option<Vec<f64>> {
        let sums = self.sums[parameter].as_ref()?;
        Some(sums.iter().map(|sum| sum / self.count as f64).collect())
    }
}

impl Dampening {
    /// Where `I_F > alpha I_D`, `w <- w min(1, lambda I_D / I_F)`; the rest stays.
    pub fn apply(self, network: &Network, of_all: &Importance, forgotten: &Importance) -> Network {
        let mut dampened = network.clone();
        for (index, parameter) in network.parameters().iter().enumerate() {
            let (Some(all), Some(of)) = (&of_all.sums[index], &forgotten.sums[index]) else {
                continue;
            };
            let [per_all, per_forgotten] = [of_all, forgotten].map(|sums| 1.0 / sums.count as f64);
            let mut weights = parameter.value.to_vec();
            weights
                .par_iter_mut()
                .zip(all.par_iter().zip(of))
                .for_each(|(weight, (all, of))| {
                    let (all, of) = (all * per_all, of * per_forgotten);
                    if of > self.alpha * all {
                        *weight = (f64::from(*weight) * (self.lambda * all / of).min(1.0)) as f32;
                    }
                });
            let shape = parameter.value.shape();
            dampened.set(index, Value::from_vec(weights, shape, network.device()));
        }
        dampened
    }
}
