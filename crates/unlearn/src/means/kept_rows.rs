//! What the classifier layer reads of the features for the kept classes.

use rayon::prelude::*;

use crate::network::Network;
use crate::solve::{Cholesky, add_to_diagonal, dot};

/// Part of the mean square of a row that is added to all: less their mean, the rows have one direction less than their number.
const RIDGE: f64 = 1e-6;

/// The kept classes' rows W of the classifier layer, less their mean: features that differ across
/// them only make no difference to an answer.
pub struct KeptRows {
    rows: Vec<Vec<f64>>,
    /// Of `W W^T`.
    solver: Cholesky,
}

impl KeptRows {
    /// `None` where the rows leave the features no direction of their own.
    pub fn new(network: &Network, kept: &[usize], features: usize) -> Option<Self> {
        if kept.len() > features {
            return None;
        }
        let classifier = &network.parameters()[network.graph().classifier()];
        let weight = classifier
            .iter()
            .find(|parameter| parameter.value.shape().len() > 1)?;
        let numbers = weight.value.to_vec();
        if numbers.len() != network.class_count() * features {
            return None;
        }
        let row = |class: &usize| {
            let row = numbers[class * features..][..features].iter();
            row.copied().map(f64::from).collect()
        };
        let mut rows: Vec<Vec<f64>> = kept.iter().map(row).collect();
        for place in 0..features {
            let mean = rows.iter().map(|row| row[place]).sum::<f64>() / rows.len() as f64;
            rows.iter_mut().for_each(|row| row[place] -= mean);
        }
        let products = rows.par_iter().flat_map_iter(|row| {
            let products = rows.iter().map(move |other| dot(row, other));
            products.collect::<Vec<f64>>()
        });
        let mut products: Vec<f64> = products.collect();
        let trace: f64 = products.iter().step_by(rows.len() + 1).sum();
        let ridge = RIDGE * trace / rows.len() as f64;
        add_to_diagonal(&mut products, ridge.max(f64::MIN_POSITIVE.sqrt()));
        Some(Self {
            solver: Cholesky::new(products),
            rows,
        })
    }

    /// The rows, less their mean.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// `(W W^T)^-1 products`: the weights of the rows whose sum has such products with them.
    pub fn weights(&self, products: &[f64]) -> Vec<f64> {
        self.solver.solve(products)
    }

    /// The part of features within the span of the rows.
    pub fn within(&self, features: &[f64]) -> Vec<f64> {
        let products: Vec<f64> = self.rows.iter().map(|row| dot(row, features)).collect();
        let mut sum = vec![0.0; features.len()];
        for (weight, row) in self.weights(&products).iter().zip(&self.rows) {
            let pairs = sum.iter_mut().zip(row);
            pairs.for_each(|(sum, number)| *sum += weight * number);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Architecture, Device};

    fn network(hidden: usize) -> Network {
        let mlp = Architecture::Mlp {
            hidden: vec![hidden],
            activation: Activation::Sigmoid,
        };
        let graph = mlp.build(&[1, 3, 3], 5).unwrap();
        Network::initialize(graph, 3, &Device::flex())
    }

    #[test]
    fn what_is_left_makes_no_difference_to_kept_logits() {
        let network = network(7);
        let kept = [0, 1, 3, 4];
        let rows = KeptRows::new(&network, &kept, 7).unwrap();
        let features: Vec<f64> = (0..7).map(|place| (1.9 * f64::from(place)).sin()).collect();
        let within = rows.within(&features);
        let left: Vec<f64> = features.iter().zip(&within).map(|(h, w)| h - w).collect();
        let logit = |class: usize| {
            let weights = network.classifier_unit(class).weights;
            let products = weights.iter().zip(&left);
            products.map(|(w, h)| f64::from(*w) * h).sum::<f64>()
        };
        let logits = kept.map(logit);
        for other in logits {
            assert!((other - logits[0]).abs() < 1e-5, "{logits:?}");
        }
        assert!((logit(2) - logits[0]).abs() > 1e-2, "{logits:?}");
        let again = rows.within(&within);
        let gaps = again.iter().zip(&within).map(|(a, b)| (a - b).abs());
        assert!(gaps.fold(0.0, f64::max) < 1e-4);
    }

    #[test]
    fn more_rows_than_features_leave_no_room() {
        let every = [0, 1, 2, 3, 4];
        assert!(KeptRows::new(&network(4), &every, 4).is_none());
        let rows = KeptRows::new(&network(4), &every[..1], 4).unwrap();
        assert_eq!(rows.within(&[1.0, 2.0, 3.0, 4.0]), [0.0; 4]);
    }
}
