//! Gradients that are too long.

use crate::network::Value;

/// Shortens all gradients together to an L2 norm of at most `most`.
pub(crate) fn clip(gradients: &mut [Option<Value>], most: f64) {
    let squares = gradients.iter().flatten().map(|gradient| {
        gradient.read(|numbers| numbers.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>())
    });
    let norm = squares.sum::<f64>().sqrt();
    if norm <= most {
        return;
    }
    for gradient in gradients.iter_mut().flatten() {
        let shape = gradient.shape().to_vec();
        let shorter = gradient.clone().flat().mul_scalar(most / norm);
        *gradient = Value::from_flat(shorter, &shape);
    }
}
