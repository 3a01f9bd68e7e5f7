//! What a model answers to single images.

use serde::{Deserialize, Serialize};
use unlearn_data::Split;

use super::Subject;
use super::context::logits;
use crate::network::{CrossEntropy, Value};

/// A model's answer to an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The class answered.
    pub class: String,
    /// Its probability by the softmax of the logits.
    pub probability: f64,
}

/// The model's answer to every sample.
///
/// # Panics
/// If the samples' shape is not the model's.
pub fn ask(subject: &Subject, samples: &Split) -> Vec<Answer> {
    let network = &subject.model.network;
    let shape = [samples.len(), network.class_count()];
    let rows = logits(network, samples, subject);
    let rows = Value::from_vec(rows, &shape, network.device());
    let loss = |labels: &[usize]| CrossEntropy::new(&rows, labels, 0.0);
    let answered = loss(&vec![0; samples.len()]).predictions;
    let losses = loss(&answered).losses;
    let names = subject.model.metadata.classes.names();
    let pairs = answered.iter().zip(losses);
    pairs
        .map(|(class, loss)| Answer {
            class: names[*class].clone(),
            probability: (-loss).exp(),
        })
        .collect()
}
