//! The Fisher diagonal of images.

use unlearn_data::Split;

use super::Fisher;
use crate::checkpoint::Model;
use crate::network::Value;

/// Images that go through the network together.
const BATCH: usize = 32;

/// The exact diagonal of all images of some classes in a data set (of their
/// training images: the "oracle FIM" that codes stand in for); `progress` is told
/// how many are done. `None` where there is no such image.
///
/// # Panics
/// If the images' shape is not the model's.
pub fn fisher_of_images(
    model: &Model,
    images: &Split,
    classes: &[usize],
    mut progress: impl FnMut(usize),
) -> Option<Fisher> {
    let network = &model.network;
    let all = 0..images.len();
    let chosen: Vec<usize> = all
        .filter(|index| classes.contains(&images.label(*index)))
        .collect();
    let [channels, height, width] = images.shape();
    let length = channels * height * width;
    let mut fisher = Fisher::none(network);
    for (place, indices) in chosen.chunks(BATCH).enumerate() {
        let mut numbers = vec![0.0; indices.len() * length];
        for (sample, index) in numbers.chunks_exact_mut(length).zip(indices) {
            images.write_sample(*index, &model.metadata.normalization, sample);
        }
        let shape = [indices.len(), channels, height, width];
        let batch = Value::from_vec(numbers, &shape, network.device());
        let labels: Vec<usize> = indices.iter().map(|index| images.label(*index)).collect();
        fisher.add_batch(network, batch, &labels);
        progress(place * BATCH + indices.len());
    }
    (!chosen.is_empty()).then_some(fisher)
}
