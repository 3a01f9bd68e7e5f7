//! Sums of outer products.

use crate::network::Value;

/// `X^T diag(weights) X` of rows `[rows, width]`, added to `sum`.
pub fn add_gram(sum: &mut [f64], rows: &Value, weights: Option<&[f32]>) {
    let matrix = rows.clone().tensor::<2>();
    let weighted = match weights {
        Some(weights) => {
            let shape = [weights.len(), 1];
            let weights = Value::from_vec(weights.to_vec(), &shape, &rows.device());
            matrix.clone() * weights.tensor::<2>()
        }
        None => matrix.clone(),
    };
    Value::new(weighted.transpose().matmul(matrix)).read(|products| {
        for (sum, product) in sum.iter_mut().zip(products) {
            *sum += f64::from(*product);
        }
    });
}

/// Adds to the diagonal of a square matrix.
pub fn add_to_diagonal(matrix: &mut [f64], number: f64) {
    let size = matrix.len().isqrt();
    let diagonal = matrix.iter_mut().step_by(size + 1);
    diagonal.for_each(|entry| *entry += number);
}
