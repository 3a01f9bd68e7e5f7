//! How much parameters matter.

use rayon::prelude::*;

use crate::network::{Network, Value};

/// Numbers that one thread works on.
pub const PIECE: usize = 1 << 14;

/// Per parameter the mean, over samples or batches, of some function of its
/// gradient. Sums are kept in double precision.
#[derive(Clone, Debug)]
pub struct Importance {
    /// Per parameter of the network; `None` for buffers and where nothing was added.
    sums: Vec<Option<Vec<f64>>>,
    /// What the sums are divided by.
    count: usize,
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

    /// The sums for one parameter in row-major order, and what the mean divides them by; `None` for a buffer.
    pub fn sums(&self, parameter: usize) -> Option<(&[f64], f64)> {
        let sums = self.sums[parameter].as_ref()?;
        Some((sums, self.count as f64))
    }

    /// The mean for one parameter in row-major order; `None` for a buffer.
    pub fn mean(&self, parameter: usize) -> Option<Vec<f64>> {
        let (sums, count) = self.sums(parameter)?;
        Some(sums.iter().map(|sum| sum / count).collect())
    }
}
