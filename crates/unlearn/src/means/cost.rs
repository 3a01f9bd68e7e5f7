//! What it costs the other classes when the features of one move.

use super::class_means::MOST_LOST;
use super::layer_move::LayerMove;
use super::seen::Seen;
use super::through::{Along, Through};
use super::{ClassMeans, SPREAD, Shift};
use crate::network::{Network, Value, largest};

/// The part of the way that is tried where the whole of it costs too much.
const HALF: f64 = 0.5;

/// Images that answers are of, in all; as many of each class.
const IMAGES: usize = 2_000;

/// Images times classes that move, where there are many classes.
const PAIRS: usize = 100_000;

/// Images that go through the network together.
const BATCH: usize = 100;

/// Training images that came to the layer that makes the features.
pub struct Cost<'a> {
    network: &'a Network,
    batches: Vec<Batch<'a>>,
}

struct Batch<'a> {
    images: Through<'a>,
    labels: Vec<usize>,
    /// What the network answers.
    logits: Value,
}

impl<'a> Cost<'a> {
    /// Takes at most two thousand images there, as many of each class; fewer where there are more than a hundred classes, and
    /// from more than a thousand on of some classes only: each is asked for every class that may move.
    pub fn new(seen: &Seen<'a>, classes: usize) -> Self {
        let images = IMAGES.min(PAIRS / classes).max(1);
        let of_classes = seen.places(classes, images.div_ceil(classes)).concat();
        let step = of_classes.len().div_ceil(images).max(1);
        let places: Vec<usize> = of_classes.into_iter().step_by(step).collect();
        let batches = places.chunks(BATCH).map(|places| {
            let images = Through::new(seen.network, seen.layer, seen.batch(places));
            Batch {
                labels: places
                    .iter()
                    .map(|place| seen.images.label(*place))
                    .collect(),
                logits: images.rest(),
                images,
            }
        });
        Self {
            network: seen.network,
            batches: batches.collect(),
        }
    }

    /// Which part of the other classes' images lose their right answer when the features of a class go all the way.
    ///
    /// Where it is more than may be lost, what is lost is taken to rise with the square of the part, `lost = a part^2`, with a by least
    /// squares: single counts are too rough to go by.
    pub fn of(&self, means: &ClassMeans, class: usize) -> f64 {
        let others: Vec<usize> = (0..means.class_count())
            .filter(|other| *other != class)
            .collect();
        let Some(shift) = Shift::new(self.network, means, &[class], &others, SPREAD) else {
            return 0.0;
        };
        let moves: Vec<&LayerMove> = shift.moves().collect();
        let directions: Vec<&[f64]> = moves.iter().map(|by| &by.along[..]).collect();
        let along = self.batches.iter();
        let along = along.map(|batch| batch.images.along(&directions));
        let Some(along) = along.collect::<Option<Vec<Along>>>() else {
            return 0.0;
        };
        let right = |logits: &dyn Fn(&Batch<'_>, &Along) -> Value| -> f64 {
            let batches = self.batches.iter().zip(&along);
            let right = batches.map(|(batch, along)| batch.right(class, logits(batch, along)));
            right.sum()
        };
        let labels = self.batches.iter().flat_map(|batch| &batch.labels);
        let others = labels.filter(|label| **label != class).count().max(1) as f64;
        let before = right(&|batch, _| batch.logits.clone());
        let lost = |part: f64| {
            let after = right(&|batch, along| batch.images.moved(along, &moves, part));
            (before - after) / others
        };
        let of_whole = lost(1.0);
        if of_whole <= MOST_LOST {
            return of_whole;
        }
        (of_whole + lost(HALF) * HALF.powi(2)) / (1.0 + HALF.powi(4))
    }
}

impl Batch<'_> {
    /// How many images of other classes are answered right where the class is never an answer.
    fn right(&self, class: usize, logits: Value) -> f64 {
        let outputs = logits.shape()[1];
        let mut numbers = logits.into_vec();
        let rows = numbers.chunks_exact_mut(outputs).zip(&self.labels);
        let right = rows.filter_map(|(row, label)| {
            row[class] = f32::NEG_INFINITY;
            (*label != class && largest(row) == *label).then_some(1.0)
        });
        right.sum()
    }
}

#[cfg(test)]
mod tests {
    use unlearn_data::{Normalization, Split};

    use super::*;
    use crate::means::FeatureLayer;
    use crate::network::{Activation, Architecture, Device};

    #[test]
    fn with_many_classes_fewer_images_are_asked() {
        for (classes, per_class, expected) in
            [(10, 250, 2000), (10, 7, 70), (300, 3, 300), (2000, 1, 50)]
        {
            let labels = (0..classes * per_class).map(|place| (place / per_class) as u32);
            let labels: Vec<u32> = labels.collect();
            let images = Split::new([1, 2, 2], vec![7; 4 * labels.len()], labels);
            let mlp = Architecture::Mlp {
                hidden: vec![3],
                activation: Activation::Sigmoid,
            };
            let graph = mlp.build(&[1, 2, 2], classes).unwrap();
            let network = Network::initialize(graph, 1, &Device::flex());
            let [body, head] = network.split().unwrap();
            let seen = Seen {
                network: &network,
                body: &body,
                head: &head,
                layer: FeatureLayer::of(&body).unwrap(),
                images: &images,
                normalization: &Normalization::none(1),
            };
            let cost = Cost::new(&seen, classes);
            let asked: usize = cost.batches.iter().map(|batch| batch.labels.len()).sum();
            assert_eq!(asked, expected, "{classes} classes");
        }
    }
}
