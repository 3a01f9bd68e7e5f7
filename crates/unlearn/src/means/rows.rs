//! Rows of numbers in double precision.

use crate::network::Value;

pub fn doubles(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

/// Adds up rows.
pub fn add_rows(sums: &mut [f64], rows: &Value) {
    rows.read(|numbers| {
        for row in numbers.chunks_exact(sums.len()) {
            let pairs = sums.iter_mut().zip(row);
            pairs.for_each(|(sum, number)| *sum += f64::from(*number));
        }
    });
}

/// Adds the rows of a value.
pub fn add_as_rows(rows: &mut Vec<Vec<f64>>, value: &Value) {
    let width = value.element_count() / value.shape()[0];
    value.read(|numbers| {
        let new = numbers.chunks_exact(width);
        rows.extend(new.map(doubles));
    });
}
