//! How many samples a network answers right.

use super::Samples;
use crate::network::{Network, largest};

/// Samples that go through the network together.
const BATCH: usize = 200;

/// The part of the samples that a network answers with their labels, in
/// inference mode, from 0 to 1; 0 where there are none.
pub fn accuracy(network: &Network, samples: &Samples<'_>) -> f64 {
    let classes = network.class_count();
    let right = samples.in_order(BATCH).map(|batch| {
        let logits = network.forward(batch.inputs).into_vec();
        let answers = logits.chunks_exact(classes).map(largest);
        answers
            .zip(batch.labels)
            .filter(|(answer, label)| answer == label)
            .count()
    });
    right.sum::<usize>() as f64 / samples.len().max(1) as f64
}
