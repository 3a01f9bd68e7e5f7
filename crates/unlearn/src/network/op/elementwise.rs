//! The shape of what works element by element.

use crate::network::ShapeError;

/// The shape of the only input.
pub(super) fn same_shape(
    operation: &'static str,
    inputs: &[&[usize]],
) -> Result<Vec<usize>, ShapeError> {
    match inputs {
        [shape] => Ok(shape.to_vec()),
        _ => Err(ShapeError::new(operation, "one input", inputs)),
    }
}
