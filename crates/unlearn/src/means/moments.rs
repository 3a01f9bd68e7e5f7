//! Second moments of what a layer reads.

use crate::network::Value;
use crate::solve::add_gram;

/// Second moments of inputs.
pub struct Moments {
    sums: Vec<f64>,
    count: usize,
}

impl Moments {
    pub fn new(width: usize) -> Self {
        Self {
            sums: vec![0.0; width * width],
            count: 0,
        }
    }

    pub fn add(&mut self, rows: &Value) {
        add_gram(&mut self.sums, rows, None);
        self.count += rows.shape()[0];
    }

    /// The mean of both means; of this one alone where the other saw nothing.
    pub fn mean_with(mut self, other: Self) -> Vec<f64> {
        let weight = |moments: &Self, share: f64| share / moments.count.max(1) as f64;
        let share = if other.count == 0 { 1.0 } else { 0.5 };
        let weights = [weight(&self, share), weight(&other, share)];
        // In place: of a wide layer these are hundreds of megabytes.
        for (one, more) in self.sums.iter_mut().zip(&other.sums) {
            *one = *one * weights[0] + more * weights[1];
        }
        self.sums
    }
}
