//! How the logits of a class's images go with what the layer reads.

use rayon::prelude::*;

use crate::solve::{Cholesky, add_to_diagonal, dot};

/// How much more the inputs of all classes count than those of the class: what follows from the regression moves the other classes' features little.
const RIDGE: f64 = 3.0;

/// The regression of a class's logits on what the layer reads, `[classes, width]`: with x the inputs of its n images
/// and l their logits, each less its mean, and E the second moments that `solver` holds,
///
/// ```text
/// U = E_c[l x^T] (E_c[x x^T] + 3 E)^-1
/// ```
///
/// found through a system of n equations (Woodbury's identity).
pub fn regression(solver: &Cholesky, inputs: &[Vec<f64>], logits: &[Vec<f64>]) -> Vec<f64> {
    let (inputs, logits) = (deviations(inputs), deviations(logits));
    let scale = 1.0 / (RIDGE * inputs.len() as f64);
    let whitened: Vec<Vec<f64>> = inputs.par_iter().map(|row| solver.whiten(row)).collect();
    let gram = whitened.par_iter().flat_map_iter(|row| {
        let products = whitened.iter().map(move |other| scale * dot(row, other));
        products.collect::<Vec<f64>>()
    });
    let mut gram: Vec<f64> = gram.collect();
    add_to_diagonal(&mut gram, 1.0);
    let images = Cholesky::new(gram);
    let classes = 0..logits[0].len();
    let row_of = |class: usize| {
        let of_class: Vec<f64> = logits.iter().map(|row| row[class]).collect();
        let weights = images.solve(&of_class);
        let mut sum = vec![0.0; inputs[0].len()];
        for (weight, row) in weights.iter().zip(&inputs) {
            let pairs = sum.iter_mut().zip(row);
            pairs.for_each(|(sum, number)| *sum += scale * weight * number);
        }
        solver.solve(&sum)
    };
    let rows: Vec<Vec<f64>> = classes.into_par_iter().map(row_of).collect();
    rows.concat()
}

/// Rows less their mean.
fn deviations(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut mean = vec![0.0; rows[0].len()];
    for row in rows {
        let pairs = mean.iter_mut().zip(row);
        pairs.for_each(|(sum, number)| *sum += number / rows.len() as f64);
    }
    let less = |row: &Vec<f64>| {
        row.iter()
            .zip(&mean)
            .map(|(number, mean)| number - mean)
            .collect()
    };
    rows.iter().map(less).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_solves_the_system_of_the_class_and_all_inputs() {
        let inputs: Vec<Vec<f64>> = (0..5)
            .map(|row| {
                (0..3)
                    .map(|place| ((row * 3 + place) as f64 * 1.7).sin())
                    .collect()
            })
            .collect();
        let logits: Vec<Vec<f64>> = (0..5)
            .map(|row| {
                (0..2)
                    .map(|place| ((row * 2 + place) as f64 * 0.9).cos())
                    .collect()
            })
            .collect();
        let moments = [2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 1.5];
        let found = regression(&Cholesky::new(moments.to_vec()), &inputs, &logits);
        let (x, l) = (deviations(&inputs), deviations(&logits));
        for class in 0..2 {
            for place in 0..3 {
                let of_images = |weight: &dyn Fn(usize) -> f64| {
                    (0..5)
                        .map(|row| weight(row) * x[row][place] / 5.0)
                        .sum::<f64>()
                };
                let system = |row: usize| dot(&found[class * 3..][..3], &x[row]);
                let ridge = 3.0 * dot(&found[class * 3..][..3], &moments[place * 3..][..3]);
                let left = of_images(&system) + ridge;
                assert!((left - of_images(&|row| l[row][class])).abs() < 1e-12);
            }
        }
    }
}
