//! Whether a model decodes its codes.

use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::network::largest;

/// Codes that go through the network together.
const BATCH: usize = 100;

/// Percent of the codes that the model decodes as their class.
pub fn code_accuracy_percent(model: &Model, codes: &Codebook) -> f64 {
    let network = &model.network;
    let classes: Vec<usize> = (0..codes.classes().len()).collect();
    let right = classes.chunks(BATCH).map(|classes| {
        let logits = network
            .forward(codes.batch(classes, network.device()))
            .to_vec();
        let rows = logits.chunks_exact(network.class_count());
        let answers = rows.map(largest).zip(classes);
        answers.filter(|(answer, class)| answer == *class).count()
    });
    100.0 * right.sum::<usize>() as f64 / classes.len() as f64
}
