//! The window of the pooling operations.

use crate::network::ShapeError;

/// A window that moves over height and width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Its step.
    pub stride: [usize; 2],
    /// Border around the input, on both sides; at most half the window.
    pub padding: [usize; 2],
}

impl Window {
    /// A square window that steps by its own size.
    pub fn square(kernel: usize) -> Self {
        Self {
            kernel: [kernel; 2],
            stride: [kernel; 2],
            padding: [0; 2],
        }
    }

    /// The shape after the window has passed over `[channels, height, width]`.
    pub(super) fn output_shape(
        &self,
        operation: &'static str,
        inputs: &[&[usize]],
    ) -> Result<Vec<usize>, ShapeError> {
        let length = |axis: usize, length: usize| {
            (length + 2 * self.padding[axis])
                .checked_sub(self.kernel[axis])
                .map(|rest| rest / self.stride[axis] + 1)
        };
        let fits =
            (0..2).all(|axis| self.stride[axis] > 0 && self.padding[axis] * 2 <= self.kernel[axis]);
        if let [[channels, height, width]] = inputs
            && fits
            && let Some(height) = length(0, *height)
            && let Some(width) = length(1, *width)
        {
            return Ok(vec![*channels, height, width]);
        }
        Err(ShapeError::new(
            operation,
            format!("one input [channels, height, width] at least as large as {self:?}"),
            inputs,
        ))
    }
}
