//! The diagonal of an empirical Fisher information matrix.

use crate::network::{CrossEntropy, Network, Value};

/// `f_i = mean_b (dL_b / dw_i)^2` over labelled samples b, with L the
/// cross-entropy of the true label, in inference mode; per parameter of the
/// network, in nats^2 per squared unit of the parameter.
///
/// Codes are fitted to almost zero loss: their gradients can be so small that
/// their squares fall below what 32-bit floats hold. So the squares of gradients
/// scaled by a power of two are kept, and [`Fisher::values`] scales them back in
/// double precision.
#[derive(Clone, Debug)]
pub struct Fisher {
    /// Per parameter; `None` for buffers, which have no gradient.
    scaled: Vec<Option<Value>>,
    /// Gradients were multiplied by two to this power.
    exponent: i32,
    /// Samples, and so single-sample backward passes.
    samples: usize,
}

impl Fisher {
    pub(super) fn new(scaled: Vec<Option<Value>>, exponent: i32, samples: usize) -> Self {
        Self {
            scaled,
            exponent,
            samples,
        }
    }

    /// The diagonal for one parameter in row-major order; `None` for a buffer.
    /// An entry below 1e-308 becomes 0; [`Fisher::pair`] does not lose it.
    pub fn values(&self, parameter: usize) -> Option<Vec<f64>> {
        self.values_scaled(parameter, 0)
    }

    /// Two diagonals for one parameter, multiplied by one common power of two
    /// that keeps the larger of them in range: their ratio is unchanged.
    pub fn pair(one: &Self, other: &Self, parameter: usize) -> Option<[Vec<f64>; 2]> {
        let exponent = one.exponent.min(other.exponent);
        Some([
            one.values_scaled(parameter, exponent)?,
            other.values_scaled(parameter, exponent)?,
        ])
    }

    /// How many single-sample backward passes it cost.
    pub fn backward_passes(&self) -> usize {
        self.samples
    }

    /// The diagonal of gradients multiplied by `2^exponent`.
    fn values_scaled(&self, parameter: usize, exponent: i32) -> Option<Vec<f64>> {
        let scaled = self.scaled[parameter].as_ref()?.to_vec();
        // In two steps: the square of a power can leave the range of doubles.
        let power = f64::from(exponent - self.exponent).exp2();
        let values = scaled.into_iter();
        let values = values.map(|n| f64::from(n) / self.samples as f64 * power * power);
        Some(values.collect())
    }
}

/// The power of two by which the gradient of the loss is multiplied so that its
/// largest entry lies between 1/2 and 1: exact to undo, and far from underflow.
pub(super) fn exponent_of(loss: &CrossEntropy) -> i32 {
    let largest = loss.largest_gradient();
    if largest == 0.0 {
        return 0;
    }
    // Two to the power of 1024 is no longer a finite number.
    (-largest.log2().ceil() as i32).min(1000)
}

/// What [`exponent_of`] stands for.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    f64::from(exponent).exp2()
}

/// The cross-entropy of labelled samples, in inference mode.
pub(super) fn loss_of(network: &Network, batch: &Value, labels: &[usize]) -> CrossEntropy {
    CrossEntropy::new(&network.forward(batch.clone()), labels, 0.0)
}
