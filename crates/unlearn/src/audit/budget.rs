//! How much an audit may use.

use serde::{Deserialize, Serialize};

/// How many images, attacks and steps an audit may use. A statement that a model
/// passed holds for these and not beyond.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Training images per class that probes and neighbours are made of.
    pub train_per_class: usize,
    /// Test images per forgotten class.
    pub test_forgotten: usize,
    /// Test images per kept class.
    pub test_kept: usize,
    /// Training and as many test images per forgotten class for membership inference.
    pub members: usize,
    /// Images per class that attackers have.
    pub shots: Vec<usize>,
    /// Learning rates that attackers try.
    pub learning_rates: Vec<f64>,
    /// Steps of an attack.
    pub steps: usize,
    /// Images per step of an attack.
    pub batch_size: usize,
    /// Draws of the attackers' images.
    pub draws: usize,
}

impl Budget {
    /// A first look, for a demonstration.
    pub fn glance() -> Self {
        Self {
            train_per_class: 40,
            test_forgotten: 60,
            test_kept: 10,
            members: 90,
            shots: vec![5],
            learning_rates: vec![0.03],
            steps: 12,
            batch_size: 50,
            draws: 1,
        }
    }

    /// Some minutes: under two for a small fully connected network.
    pub fn quick() -> Self {
        Self {
            train_per_class: 100,
            test_forgotten: 200,
            test_kept: 20,
            members: 500,
            shots: vec![1, 5, 20],
            learning_rates: vec![0.001, 0.003, 0.01, 0.03, 0.1],
            steps: 30,
            batch_size: 50,
            draws: 1,
        }
    }

    /// More images, rates, steps and draws.
    pub fn full() -> Self {
        Self {
            train_per_class: 400,
            test_forgotten: 1000,
            test_kept: 100,
            members: 2000,
            shots: vec![1, 5, 20],
            learning_rates: vec![0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
            steps: 100,
            batch_size: 50,
            draws: 3,
        }
    }
}
