//! The diagonal of an empirical Fisher information matrix.

use rayon::prelude::*;

use crate::network::{CrossEntropy, Network, Value};

/// `f_i = mean_b (dL_b / dw_i)^2` over labelled samples b, with L the
/// cross-entropy of the true label, in inference mode; per parameter of the
/// network, in nats^2 per squared unit of the parameter.
///
/// Codes are fitted to almost zero loss: their gradients can be so small that
/// their squares leave the range of floating-point numbers. So gradients are
/// scaled by a power of two before they are squared, the squares are added up in
/// double precision, and [`Fisher::values`] scales them back.
#[derive(Clone, Debug)]
pub struct Fisher {
    /// Per parameter the sum over samples; `None` for buffers, which have no
    /// gradient, and before the first sample.
    sums: Vec<Option<Vec<f64>>>,
    /// Gradients were multiplied by two to this power.
    exponent: i32,
    /// Samples, and so single-sample backward passes.
    samples: usize,
}

/// Numbers that one thread works on.
const PIECE: usize = 1 << 14;

impl Fisher {
    /// A diagonal of no samples yet.
    pub(crate) fn none(network: &Network) -> Self {
        Self {
            sums: vec![None; network.parameters().len()],
            exponent: 0,
            samples: 0,
        }
    }

    /// Says that squares of so many samples follow, whose gradients are
    /// multiplied by two to the power of `exponent`; returns the power of two that
    /// each square is to be multiplied with (twice, since that of a power can
    /// leave the range of doubles) by [`Fisher::add`].
    pub(super) fn begin(&mut self, samples: usize, exponent: i32) -> f64 {
        if self.samples == 0 {
            self.exponent = exponent;
        }
        self.samples += samples;
        // The larger gradients decide the scale: smaller ones may vanish beside them.
        if exponent < self.exponent {
            let power = power_of_two(exponent - self.exponent);
            let sums = self.sums.iter_mut().flatten();
            sums.flat_map(|sums| sums.iter_mut())
                .for_each(|sum| *sum *= power * power);
            self.exponent = exponent;
        }
        power_of_two(self.exponent - exponent)
    }

    /// Adds the squares of one parameter.
    pub(super) fn add(&mut self, parameter: usize, squares: &Value, power: f64) {
        squares.read(|squares| {
            let sums = self.sums[parameter].get_or_insert_with(|| vec![0.0; squares.len()]);
            sums.par_chunks_mut(PIECE)
                .zip(squares.par_chunks(PIECE))
                .for_each(|(sums, squares)| {
                    for (sum, square) in sums.iter_mut().zip(squares) {
                        *sum += f64::from(*square) * power * power;
                    }
                });
        });
    }

    /// The diagonal for one parameter in row-major order; `None` for a buffer.
    /// An entry below 1e-308 becomes 0; the ratios of two diagonals do not lose it.
    pub fn values(&self, parameter: usize) -> Option<Vec<f64>> {
        let sums = self.sums[parameter].as_ref()?.iter();
        let power = power_of_two(-self.exponent);
        let values = sums.map(|sum| sum / self.samples as f64 * power * power);
        Some(values.collect())
    }

    /// The diagonal for one parameter, times four to the power of
    /// [`Fisher::exponent`]: a function that writes its entries from a place on.
    pub(crate) fn scaled(&self, parameter: usize) -> Option<impl Fn(usize, &mut [f64]) + Sync> {
        let (sums, samples) = (self.sums[parameter].as_deref()?, self.samples as f64);
        Some(move |first: usize, entries: &mut [f64]| {
            for (entry, sum) in entries.iter_mut().zip(&sums[first..]) {
                *entry = sum / samples;
            }
        })
    }

    /// See [`Fisher::scaled`].
    pub(crate) fn exponent(&self) -> i32 {
        self.exponent
    }

    /// How many single-sample backward passes it cost.
    pub fn backward_passes(&self) -> usize {
        self.samples
    }
}

/// The power of two by which the gradient of the loss is multiplied so that its
/// largest entry lies between 1/2 and 1: exact to undo, and far from underflow.
pub(super) fn exponent_of(loss: &CrossEntropy) -> i32 {
    // Two to the power of 1024 is no longer a finite number. A gradient of zeros
    // takes any power; the largest leaves every other batch its own.
    const LARGEST: i32 = 1000;
    match loss.largest_gradient() {
        0.0 => LARGEST,
        largest => (-largest.log2().ceil() as i32).min(LARGEST),
    }
}

/// What [`exponent_of`] stands for.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    f64::from(exponent).exp2()
}

/// The cross-entropy of labelled samples, in inference mode.
pub(super) fn loss_of(network: &Network, batch: &Value, labels: &[usize]) -> CrossEntropy {
    CrossEntropy::new(&network.forward(batch.clone()), labels, 0.0)
}
