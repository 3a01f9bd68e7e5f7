//! The diagonal of an empirical Fisher information matrix.

use rayon::prelude::*;

use crate::network::{CrossEntropy, Network, Value, wide};

/// `f_i = mean_b (dL_b / dw_i)^2` over labelled samples b, with L the
/// cross-entropy of the true label, in inference mode; per parameter of the
/// network, in nats^2 per squared unit of the parameter.
///
/// Codes are fitted to almost zero loss: their gradients can be so small that
/// their squares leave the range of floating-point numbers. So gradients are
/// scaled by a power of two before they are squared, many samples are added up in
/// double precision, and [`Fisher::values`] scales them back.
#[derive(Clone, Debug)]
pub struct Fisher {
    /// Per parameter the sum over samples; `None` for buffers, which have no
    /// gradient, and before the first sample.
    sums: Vec<Option<Sum>>,
    /// Gradients were multiplied by two to this power.
    exponent: i32,
    /// Samples, and so single-sample backward passes.
    samples: usize,
}

/// The squares of one parameter.
#[derive(Clone, Debug)]
enum Sum {
    /// The sum over few samples, each to be multiplied with a power of two, twice. Mostly
    /// there are no more.
    Few(Vec<f32>, f64),
    /// The sum over many.
    Many(Vec<f64>),
}

/// Samples whose squares are added up in single precision, as each operation does within a batch: half
/// the memory of doubles.
pub(super) const FEW: usize = 32;

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
            for sum in self.sums.iter_mut().flatten() {
                match sum {
                    Sum::Few(_, factor) => *factor *= power,
                    Sum::Many(sums) => sums.iter_mut().for_each(|sum| *sum *= power * power),
                }
            }
            self.exponent = exponent;
        }
        power_of_two(self.exponent - exponent)
    }

    /// Adds the squares of one parameter.
    pub(super) fn add(&mut self, parameter: usize, squares: Value, power: f64) {
        let sums = match self.sums[parameter].take() {
            None => Sum::Few(squares.into_vec(), power),
            Some(Sum::Few(mut few, factor)) if self.samples <= FEW => {
                add_few(&mut few, factor, &squares, power);
                Sum::Few(few, 1.0)
            }
            Some(Sum::Few(few, factor)) => {
                let wide = few.par_iter().map(|one| f64::from(*one) * factor * factor);
                let mut sums: Vec<f64> = wide.collect();
                add_squares(&mut sums, &squares, power);
                Sum::Many(sums)
            }
            Some(Sum::Many(mut sums)) => {
                add_squares(&mut sums, &squares, power);
                Sum::Many(sums)
            }
        };
        self.sums[parameter] = Some(sums);
    }

    /// The diagonal for one parameter in row-major order; `None` for a buffer.
    /// An entry below 1e-308 becomes 0; the ratios of two diagonals do not lose it.
    pub fn values(&self, parameter: usize) -> Option<Vec<f64>> {
        let scaled = self.scaled(parameter)?;
        let mut values = vec![0.0; self.sums[parameter].as_ref()?.len()];
        scaled(0, &mut values);
        let power = power_of_two(-self.exponent);
        values.iter_mut().for_each(|value| *value *= power * power);
        Some(values)
    }

    /// The diagonal for one parameter, times four to the power of
    /// [`Fisher::exponent`]: a function that writes its entries from a place on.
    pub(crate) fn scaled(&self, parameter: usize) -> Option<impl Fn(usize, &mut [f64]) + Sync> {
        let (sum, samples) = (self.sums[parameter].as_ref()?, self.samples as f64);
        Some(move |first: usize, entries: &mut [f64]| match sum {
            Sum::Few(squares, factor) => {
                wide(|| {
                    for (entry, square) in entries.iter_mut().zip(&squares[first..]) {
                        *entry = f64::from(*square) * factor * factor / samples;
                    }
                });
            }
            Sum::Many(sums) => {
                wide(|| {
                    for (entry, sum) in entries.iter_mut().zip(&sums[first..]) {
                        *entry = sum / samples;
                    }
                });
            }
        })
    }

    /// Lets the diagonal of a parameter go.
    pub(crate) fn let_go(&mut self, parameter: usize) {
        self.sums[parameter] = None;
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

impl Sum {
    fn len(&self) -> usize {
        match self {
            Self::Few(squares, _) => squares.len(),
            Self::Many(sums) => sums.len(),
        }
    }
}

/// `few * factor^2 + squares * power^2`.
fn add_few(few: &mut [f32], factor: f64, squares: &Value, power: f64) {
    squares.read(|squares| {
        few.par_chunks_mut(PIECE)
            .zip(squares.par_chunks(PIECE))
            .for_each(|(few, squares)| {
                wide(|| {
                    for (sum, square) in few.iter_mut().zip(squares) {
                        let known = f64::from(*sum) * factor * factor;
                        *sum = (known + f64::from(*square) * power * power) as f32;
                    }
                });
            });
    });
}

fn add_squares(sums: &mut [f64], squares: &Value, power: f64) {
    squares.read(|squares| {
        sums.par_chunks_mut(PIECE)
            .zip(squares.par_chunks(PIECE))
            .for_each(|(sums, squares)| {
                for (sum, square) in sums.iter_mut().zip(squares) {
                    *sum += f64::from(*square) * power * power;
                }
            });
    });
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
