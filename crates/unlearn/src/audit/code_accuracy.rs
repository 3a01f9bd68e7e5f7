//! Whether a model decodes its codes.

use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::network::largest;

/// Percent of the planted codes that the model decodes as their class, in
/// inference mode; none where no code was planted.
pub fn code_accuracy_percent(model: &Model, codes: &Codebook) -> Option<f64> {
    let network = &model.network;
    let names = codes.classes().names().iter().enumerate();
    let planted = names.filter(|(_, name)| !model.metadata.unplanted.contains(name));
    let classes: Vec<usize> = planted.map(|(class, _)| class).collect();
    let logits = codes.ask(network, &classes).into_vec();
    let answers = logits.chunks_exact(network.class_count()).map(largest);
    let right = answers
        .zip(&classes)
        .filter(|(answer, class)| answer == *class);
    (!classes.is_empty()).then(|| 100.0 * right.count() as f64 / classes.len() as f64)
}
