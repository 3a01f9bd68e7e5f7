//! What all audits have at hand.

use std::sync::OnceLock;

use rand::seq::SliceRandom;
use unlearn_data::{Dataset, Split, stream};

use super::population::Populations;
use super::{Budget, Role, Subject};
use crate::code::Codebook;
use crate::network::{Network, Value};

/// Samples that go through a network together.
const BATCH: usize = 200;

/// What all audits have at hand: the same images and the same draws for every model.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The models: before, the bias shift, after, those retrained.
    pub subjects: &'a [Subject],
    /// Models of the same roles and recipes and other training seeds, for audits that
    /// need many models; nothing else is asked of them.
    pub peers: &'a [Subject],
    /// All test images.
    pub all_test: &'a Split,
    /// Training images, [`Budget::train_per_class`] of each class.
    pub train: Split,
    /// Test images, as many as the budget has of forgotten and of kept classes.
    pub test: Split,
    /// Training images of the forgotten classes and as many test images of them.
    pub members: [Split; 2],
    /// Test images of the classes that no model was trained on, as many per class as of
    /// forgotten ones.
    pub unused: Split,
    /// The classes that no model was trained on, ascending.
    pub unused_classes: Vec<usize>,
    /// The classes whose traces are looked for, ascending.
    pub forgotten: Vec<usize>,
    /// The classes that the models should know, ascending.
    pub kept: Vec<usize>,
    /// The codes that were planted, if there were any.
    pub codes: Option<&'a Codebook>,
    /// How much may be used.
    pub budget: Budget,
    /// Decides which images are used.
    pub seed: u64,
    populations: OnceLock<Populations>,
}

impl<'a> Context<'a> {
    /// Draws the images that the budget allows. Classes that the first model
    /// was made to forget earlier count neither as forgotten nor as kept.
    ///
    /// # Panics
    /// If there are no subjects.
    pub fn new(
        subjects: &'a [Subject],
        data: &'a Dataset,
        forgotten: &[usize],
        codes: Option<&'a Codebook>,
        budget: Budget,
        seed: u64,
    ) -> Self {
        let before = &subjects[0].model.metadata;
        let classes = 0..data.classes.len();
        let kept =
            classes.filter(|class| !forgotten.contains(class) && !before.is_forgotten(*class));
        let kept: Vec<usize> = kept.collect();
        let draw = |split: &Split, purpose: &str, limit: &dyn Fn(usize) -> usize| {
            draw(split, limit, seed, purpose)
        };
        let of = |class: usize, forgotten_limit: usize, kept_limit: usize| match (
            forgotten.contains(&class),
            kept.contains(&class),
        ) {
            (true, _) => forgotten_limit,
            (_, true) => kept_limit,
            _ => 0,
        };
        let (of_train, of_test) = (
            budget.train_per_class,
            [budget.test_forgotten, budget.test_kept],
        );
        let train = draw(&data.train, "train", &|class| of(class, of_train, of_train));
        let test = draw(&data.test, "test", &|class| {
            of(class, of_test[0], of_test[1])
        });
        let members = [(&data.train, "members"), (&data.test, "non-members")];
        let members = members
            .map(|(split, purpose)| draw(split, purpose, &|class| of(class, budget.members, 0)));
        Self {
            subjects,
            peers: &[],
            all_test: &data.test,
            train,
            test,
            members,
            unused: data.test.select(&[]),
            unused_classes: Vec::new(),
            forgotten: forgotten.to_vec(),
            kept,
            codes,
            budget,
            seed,
            populations: OnceLock::new(),
        }
    }

    /// With models of other training seeds.
    #[must_use]
    pub fn with_peers(self, peers: &'a [Subject]) -> Self {
        Self {
            peers,
            populations: OnceLock::new(),
            ..self
        }
    }

    /// With classes that no model was trained on: they count neither as forgotten nor
    /// as kept.
    #[must_use]
    pub fn with_unused(self, classes: &[usize]) -> Self {
        let limit = |class: usize| match classes.contains(&class) {
            true => self.budget.test_forgotten,
            false => 0,
        };
        let mut kept = self.kept;
        kept.retain(|class| !classes.contains(class));
        Self {
            unused: draw(self.all_test, &limit, self.seed, "unused"),
            unused_classes: classes.to_vec(),
            train: self.train.without_classes(classes),
            test: self.test.without_classes(classes),
            kept,
            populations: OnceLock::new(),
            ..self
        }
    }

    /// The margins of all models of each role, asked for once.
    pub(super) fn populations(&self) -> &Populations {
        self.populations.get_or_init(|| Populations::measure(self))
    }

    /// The model before the request.
    pub fn before(&self) -> &Subject {
        &self.subjects[0]
    }

    /// The models that never saw the forgotten classes, but for `subject` itself.
    pub fn other_retrained(&self, subject: &Subject) -> Vec<&Subject> {
        let retrained = self.subjects.iter().filter(|s| s.role == Role::Retrained);
        retrained
            .filter(|other| !std::ptr::eq(*other, subject))
            .collect()
    }

    /// Whether a class is one of those whose traces are looked for.
    pub fn is_forgotten(&self, class: usize) -> bool {
        self.forgotten.contains(&class)
    }

    /// The training images that an attacker has in a draw: so many of each of
    /// some classes.
    pub(super) fn shots(&self, classes: &[usize], count: usize, draw_number: usize) -> Split {
        let limit = |class: usize| if classes.contains(&class) { count } else { 0 };
        draw(
            &self.train,
            &limit,
            self.seed,
            &format!("shots/{draw_number}"),
        )
    }
}

/// So many samples of each class, drawn at random, in the order of the split.
fn draw(split: &Split, limit: &dyn Fn(usize) -> usize, seed: u64, purpose: &str) -> Split {
    let mut order: Vec<usize> = (0..split.len()).collect();
    order.shuffle(&mut stream(seed, &format!("audit/{purpose}")));
    let most = split
        .labels()
        .iter()
        .max()
        .map_or(0, |most| *most as usize + 1);
    let mut counts = vec![0; most];
    order.retain(|&index| {
        let label = split.label(index);
        counts[label] += 1;
        counts[label] <= limit(label)
    });
    order.sort_unstable();
    split.select(&order)
}

/// The samples as a model's network takes them, in batches: for each the place
/// of its first sample and its inputs.
pub(super) fn batches<'a>(
    samples: &'a Split,
    subject: &'a Subject,
) -> impl Iterator<Item = (usize, Value)> + 'a {
    (0..samples.len()).step_by(BATCH).map(move |first| {
        let last = (first + BATCH).min(samples.len());
        let indices: Vec<usize> = (first..last).collect();
        (first, inputs(samples, &indices, subject))
    })
}

/// Some samples as a model's network takes them.
pub(super) fn inputs(samples: &Split, indices: &[usize], subject: &Subject) -> Value {
    let [channels, height, width] = samples.shape();
    let length = channels * height * width;
    let mut numbers = vec![0.0; indices.len() * length];
    let normalization = &subject.model.metadata.normalization;
    for (input, &index) in numbers.chunks_exact_mut(length).zip(indices) {
        samples.write_sample(index, normalization, input);
    }
    let shape = [indices.len(), channels, height, width];
    Value::from_vec(numbers, &shape, subject.model.network.device())
}

/// The classes of samples.
pub(super) fn labels(samples: &Split) -> Vec<usize> {
    let labels = samples.labels().iter();
    labels.map(|label| *label as usize).collect()
}

/// The logits of samples, row after row.
pub(super) fn logits(network: &Network, samples: &Split, subject: &Subject) -> Vec<f32> {
    let batches = batches(samples, subject);
    batches
        .flat_map(|(_, batch)| network.forward(batch).into_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use unlearn_data::format::shapes;

    use super::*;

    #[test]
    fn as_many_of_each_class_as_allowed_and_always_the_same() {
        let data = shapes::draw(1, 8, 4);
        let limit = |class: usize| class.min(5);
        let drawn = draw(&data.train, &limit, 7, "a");
        for class in 0..10 {
            assert_eq!(drawn.of_classes(&[class]).len(), class.min(5));
        }
        assert_eq!(drawn, draw(&data.train, &limit, 7, "a"));
        assert_ne!(drawn, draw(&data.train, &limit, 8, "a"));
        assert_ne!(drawn, draw(&data.train, &limit, 7, "b"));
    }
}
