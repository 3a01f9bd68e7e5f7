//! How far the features of a class may move.

use super::seen::Seen;
use super::{ClassMeans, Shift};
use crate::network::{Halfway, Network, Value};

/// Part of the images of other classes that may lose their right answer, those that gain it taken off.
const MOST_LOST: f64 = 0.01;

/// Parts of the way that are tried.
const TRIED: [f64; 2] = [0.5, 1.0];

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
    /// Takes so many images there: as many of each class.
    pub fn new(seen: &Seen<'a>, classes: usize) -> Self {
        let images = IMAGES.min(PAIRS / classes);
        let places = seen.places(classes, (images / classes).max(1)).concat();
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
        let Some(shift) = Shift::new(self.network, means, &[class], &others) else {
            return 1.0;
        };
        let before = self.right(class, |batch| batch.logits.clone());
        let (mut products, mut squares) = (0.0, 0.0);
        for part in TRIED {
            let moved = shift.applied(self.network, &[part]);
            let after = self.right(class, |batch| moved.forward_from(batch.halfway.clone()));
            products += (before - after) * part.powi(2);
            squares += part.powi(4);
        }
        let rise = products / squares;
        match rise > MOST_LOST {
            true => (MOST_LOST / rise).sqrt(),
            false => 1.0,
        }
    }

    /// The part of the images of other classes that are answered right where the class is never an answer.
    fn right(&self, class: usize, logits: impl Fn(&Batch) -> Value) -> f64 {
        let (mut right, mut count) = (0.0, 0.0);
        for batch in &self.batches {
            let logits = logits(batch);
            let outputs = logits.shape()[1];
            let numbers = logits.to_vec();
            for (row, label) in numbers.chunks_exact(outputs).zip(&batch.labels) {
                if *label != class {
                    let others = (0..outputs).filter(|output| *output != class);
                    let best = others.max_by(|a, b| row[*a].total_cmp(&row[*b]));
                    right += f64::from(best == Some(*label));
                    count += 1.0;
                }
            }
        }
        right / f64::max(count, 1.0)
    }
}
