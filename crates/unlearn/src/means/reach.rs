//! How far the features of a class may move.

use super::seen::Seen;
use super::{ClassMeans, SPREAD, Shift};
use crate::network::{Halfway, Network, Value, largest};

/// Part of the images of other classes that may lose their right answer, those that gain it taken off.
const MOST_LOST: f64 = 0.005;

/// The part of the way that is tried where the whole of it costs too much.
const HALF: f64 = 0.5;

/// Images that answers are of, in all; as many of each class.
const IMAGES: usize = 1_000;

/// Images times classes that move, where there are many classes.
const PAIRS: usize = 100_000;

/// Images that go through the network together.
const BATCH: usize = 100;

/// Training images that came to the layer that makes the features.
pub struct Reach<'a> {
    network: &'a Network,
    batches: Vec<Batch>,
}

struct Batch {
    halfway: Halfway,
    labels: Vec<usize>,
    /// What the network answers.
    logits: Value,
}

impl<'a> Reach<'a> {
    /// Takes at most a thousand images there, as many of each class; fewer where there are more than a hundred classes, and
    /// from more than a thousand on of some classes only: each is asked for every class that may move.
    pub fn new(seen: &Seen<'a>, classes: usize) -> Self {
        let images = IMAGES.min(PAIRS / classes).max(1);
        let of_classes = seen.places(classes, images.div_ceil(classes)).concat();
        let step = of_classes.len().div_ceil(images).max(1);
        let places: Vec<usize> = of_classes.into_iter().step_by(step).collect();
        let batches = places.chunks(BATCH).map(|places| {
            let halfway = seen.network.forward_to(seen.batch(places), seen.layer.node);
            Batch {
                labels: places
                    .iter()
                    .map(|place| seen.images.label(*place))
                    .collect(),
                logits: seen.network.forward_from(halfway.clone()),
                halfway,
            }
        });
        Self {
            network: seen.network,
            batches: batches.collect(),
        }
    }

    /// How far the features of a class may go when it is the only one to be forgotten.
    ///
    /// What is lost is taken to rise with the square of the part, `lost = a part^2`, with a by least
    /// squares: single counts of a thousand images are too rough to go by.
    pub fn of(&self, means: &ClassMeans, class: usize) -> f64 {
        let others: Vec<usize> = (0..means.class_count())
            .filter(|other| *other != class)
            .collect();
        let Some(shift) = Shift::new(self.network, means, &[class], &others, SPREAD) else {
            return 1.0;
        };
        let before = self.right(class, |batch| batch.logits.clone());
        let lost = |part: f64| {
            let moved = shift.applied(self.network, &[part]);
            before - self.right(class, |batch| moved.forward_from(batch.halfway.clone()))
        };
        let of_whole = lost(1.0);
        if of_whole <= MOST_LOST {
            return 1.0;
        }
        let rise = (of_whole + lost(HALF) * HALF.powi(2)) / (1.0 + HALF.powi(4));
        match rise > MOST_LOST {
            true => (MOST_LOST / rise).sqrt(),
            false => 1.0,
        }
    }

    /// The part of the images of other classes that are answered right where the class is never an answer.
    fn right(&self, class: usize, logits: impl Fn(&Batch) -> Value) -> f64 {
        let (mut right, mut count) = (0.0, 0.0);
        let of_others = |batch: &&Batch| batch.labels.iter().any(|label| *label != class);
        for batch in self.batches.iter().filter(of_others) {
            let logits = logits(batch);
            let outputs = logits.shape()[1];
            let mut numbers = logits.into_vec();
            let rows = numbers.chunks_exact_mut(outputs).zip(&batch.labels);
            for (row, label) in rows {
                if *label != class {
                    row[class] = f32::NEG_INFINITY;
                    right += f64::from(largest(row) == *label);
                    count += 1.0;
                }
            }
        }
        right / f64::max(count, 1.0)
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
            [(10, 150, 1000), (10, 7, 70), (300, 3, 300), (2000, 1, 50)]
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
            let [body, _] = network.split().unwrap();
            let seen = Seen {
                network: &network,
                body: &body,
                layer: FeatureLayer::of(&body).unwrap(),
                images: &images,
                normalization: &Normalization::none(1),
            };
            let reach = Reach::new(&seen, classes);
            let asked: usize = reach.batches.iter().map(|batch| batch.labels.len()).sum();
            assert_eq!(asked, expected, "{classes} classes");
        }
    }
}
