//! Whether a model was shown a code.

use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::network::CrossEntropy;

/// Draws of noise that a code is held against.
const NOISE: usize = 199;

/// Whether the model answers a class to the class's code, and is surer of it than for each of
/// 199 draws of noise of the code's own kind.
///
/// To a model that was never shown the code it is one more such draw, so that this happens by
/// chance once in 200 times at most. A model that was shown it and lost it again is not found
/// out.
pub fn knows_code(model: &Model, codes: &Codebook, class: usize) -> bool {
    let network = &model.network;
    let ratios: Vec<f32> = std::iter::once(0.0)
        .chain(std::iter::repeat_n(1.0, NOISE))
        .collect();
    let logits = network.forward(codes.blends(&[class], &ratios, network.device()));
    let answers = CrossEntropy::new(&logits, &[class; NOISE + 1], 0.0);
    let (code, noise) = (answers.losses[0], &answers.losses[1..]);
    answers.predictions[0] == class && noise.iter().all(|loss| code < *loss)
}
