//! Nearest neighbours in feature space.

use super::by_depth::found_by_depth;
use super::features::{Features, no_features};
use super::{Audit, Context, Finding, Subject};

/// At every depth, the class that most of the ten nearest training images have,
/// by Euclidean distance between standardised features; of equal counts that of
/// the nearest. Asked for test images of the forgotten classes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neighbours;

const NEIGHBOURS: usize = 10;

impl Audit for Neighbours {
    fn name(&self) -> &'static str {
        "neighbours"
    }

    fn title(&self) -> &'static str {
        "Nearest neighbours by depth"
    }

    fn question(&self) -> &'static str {
        "Do images of the forgotten class still lie close to each other in the model's features?"
    }

    fn reading(&self) -> &'static str {
        "As with the probe the yardstick is a model that never saw the class: images of one class look alike in any \
         features."
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        no_features(context)
    }

    fn keys(&self) -> &'static [&'static str] {
        &["neighbours.LAYER"]
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let words = ["neighbours", "found by their neighbours after"];
        found_by_depth(context, subject, words, |train, labels, test| {
            nearest(subject, train, labels, test)
        })
    }
}

fn nearest(subject: &Subject, train: &Features, labels: &[usize], test: &Features) -> Vec<usize> {
    let (one, other) = (
        test.value(subject).tensor::<2>(),
        train.value(subject).tensor::<2>(),
    );
    let products = crate::network::Value::new(one.matmul(other.transpose())).into_vec();
    let square = |row: &[f32]| row.iter().map(|number| number * number).sum::<f32>();
    let squares: Vec<f32> = (0..labels.len())
        .map(|sample| square(train.row(sample)))
        .collect();
    let classes = labels.iter().max().map_or(0, |most| most + 1);
    let rows = products.chunks_exact(labels.len()).map(|products| {
        // |a - b|^2 less |a|^2, which is the same for all b.
        let distances = squares
            .iter()
            .zip(products)
            .map(|(square, product)| square - 2.0 * product);
        let mut order: Vec<(f32, usize)> = distances.zip(0..).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let near: Vec<usize> = order
            .iter()
            .take(NEIGHBOURS)
            .map(|(_, at)| labels[*at])
            .collect();
        let mut counts = vec![0; classes];
        near.iter().for_each(|class| counts[*class] += 1);
        let most = counts.iter().max().copied().unwrap_or(0);
        let winner = near.iter().find(|class| counts[**class] == most);
        winner.copied().unwrap_or(0)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::test_models::subject;

    #[test]
    fn the_majority_of_the_nearest_wins() {
        let features = |numbers: Vec<f32>| Features {
            layer: String::new(),
            width: 1,
            numbers,
        };
        // Eleven of class 0 near 0, twelve of class 1 near 10.
        let at = |index: usize| {
            if index < 11 {
                index as f32 / 100.0
            } else {
                10.0
            }
        };
        let train = features((0..23).map(at).collect());
        let labels: Vec<usize> = (0..23).map(|index| usize::from(index >= 11)).collect();
        let test = features(vec![0.5, 9.0]);
        assert_eq!(nearest(&subject(), &train, &labels, &test), [0, 1]);
    }
}
