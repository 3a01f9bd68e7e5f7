//! Whether a model decodes its codes.

use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::network::largest;

/// Codes that go through the network together.
const BATCH: usize = 100;

/// Percent of the planted codes that the model decodes as their class, in
/// inference mode; none where no code was planted.
pub fn code_accuracy_percent(model: &Model, codes: &Codebook) -> Option<f64> {
    let network = &model.network;
    let names = codes.classes().names().iter().enumerate();
    let planted = names.filter(|(_, name)| !model.metadata.unplanted.contains(name));
    let classes: Vec<usize> = planted.map(|(class, _)| class).collect();
    let right = classes.chunks(BATCH).map(|classes| {
        let logits = network.forward(codes.batch(classes, network.device()));
        let logits = logits.into_vec();
        let rows = logits.chunks_exact(network.class_count());
        let answers = rows.map(largest).zip(classes);
        answers.filter(|(answer, class)| answer == *class).count()
    });
    let right: usize = right.sum();
    (!classes.is_empty()).then(|| 100.0 * right as f64 / classes.len() as f64)
}
