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
    /// `mean (scaled) * factor = f`.
    factor: f64,
    /// Single-sample backward passes that were spent.
    backward_passes: usize,
}

impl Fisher {
    pub(super) fn new(scaled: Vec<Option<Value>>, scale: f64, samples: usize) -> Self {
        Self {
            scaled,
            factor: 1.0 / (scale * scale * samples as f64),
            backward_passes: samples,
        }
    }

    /// The diagonal for one parameter in row-major order; `None` for a buffer.
    pub fn values(&self, parameter: usize) -> Option<Vec<f64>> {
        let scaled = self.scaled[parameter].as_ref()?.to_vec();
        let values = scaled.into_iter().map(|n| f64::from(n) * self.factor);
        Some(values.collect())
    }

    /// How many parameters (tensors, buffers included) there are.
    pub fn parameter_count(&self) -> usize {
        self.scaled.len()
    }

    /// How many single-sample backward passes it cost.
    pub fn backward_passes(&self) -> usize {
        self.backward_passes
    }
}

/// A power of two by which the gradient of the loss is multiplied so that its
/// largest entry lies between 1/2 and 1: exact to undo, and far from underflow.
pub(super) fn scale_of(loss: &CrossEntropy) -> f64 {
    let largest = loss.largest_gradient();
    if largest == 0.0 {
        return 1.0;
    }
    (-largest.log2().ceil()).exp2()
}

/// The cross-entropy of labelled samples, in inference mode.
pub(super) fn loss_of(network: &Network, batch: &Value, labels: &[usize]) -> CrossEntropy {
    CrossEntropy::new(&network.forward(batch.clone()), labels, 0.0)
}
