//! Convolution in main memory: by tiles in training and tuning, where that takes fewer products, else by patches.

use super::Conv2d;
use super::unfolded::Unfolded;
use super::winograd::Winograd;

/// A convolution over a batch of known size.
pub(super) struct CpuConv<'a> {
    patches: Unfolded<'a>,
    tiles: Option<Winograd>,
}

impl<'a> CpuConv<'a> {
    /// For inputs `[batch, inputs, height, width]`.
    ///
    /// Only training and tuning go by tiles: what a trained network answers to a sample, and a
    /// Fisher diagonal, then do not depend on how many samples are asked together.
    pub fn new(conv: &'a Conv2d, input: [usize; 4], output: [usize; 2], is_training: bool) -> Self {
        let tiles = is_training.then(|| Winograd::new(conv, input, output));
        Self {
            patches: Unfolded::new(conv, input, output),
            tiles: tiles.flatten(),
        }
    }

    /// Whether it goes by tiles.
    #[cfg(test)]
    pub fn is_by_tiles(&self) -> bool {
        self.tiles.is_some()
    }

    /// `[batch, outputs, height, width]` without the bias.
    pub fn forward(&self, input: &[f32], weight: &[f32]) -> Vec<f32> {
        match &self.tiles {
            Some(tiles) => tiles.forward(input, weight),
            None => self.patches.forward(input, weight),
        }
    }

    /// dL/dx from dL/dy.
    pub fn input_gradient(&self, weight: &[f32], delta: &[f32]) -> Vec<f32> {
        match &self.tiles {
            Some(tiles) => tiles.input_gradient(weight, delta),
            None => self.patches.input_gradient(weight, delta),
        }
    }

    /// dL/dW from dL/dy.
    pub fn weight_gradient(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        match &self.tiles {
            Some(tiles) => tiles.weight_gradient(input, delta),
            None => self.patches.weight_gradient(input, delta),
        }
    }

    /// `sum_b (dL_b/dW)^2` from dL_b/dy_b.
    pub fn squared_weight_gradients(&self, input: &[f32], delta: &[f32]) -> Vec<f32> {
        self.patches.squared_weight_gradients(input, delta)
    }
}
