//! How far parameters moved.

use super::{About, Audit, Bars, Context, Estimate, Figure, Finding, Good, Role, Subject, Unit};
use crate::network::{Network, Parameter};

/// The relative L2 distance `|w - w0| / |w0|` of every trained tensor from the
/// model before, and of all of them together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Distance;

impl Audit for Distance {
    fn name(&self) -> &'static str {
        "distance"
    }

    fn title(&self) -> &'static str {
        "How far the weights moved"
    }

    fn question(&self) -> &'static str {
        "By how much, and in which layers, do the weights differ from those before?"
    }

    fn reading(&self) -> &'static str {
        "This says what was done, not whether that is good: a retrained model starts from other random weights and is \
         far away whatever it holds; a model that differs in one layer only has all others as they were."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["distance.all"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        let before = &context.before().model.network;
        let mut after = context.subjects.iter().filter(|s| s.role == Role::After);
        let has_none = after.all(|subject| pairs(before, &subject.model.network).is_empty());
        has_none.then_some(
            "It compares tensors of the same name and shape, and the models before and after have none in common.",
        )
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let pairs = pairs(&context.before().model.network, &subject.model.network);
        if pairs.is_empty() {
            let note = "It has no tensor of the same name and shape as the model before.";
            return Finding {
                notes: vec![note.into()],
                ..Finding::default()
            };
        }
        let (mut names, mut values, mut sums) = (Vec::new(), Vec::new(), [0.0; 2]);
        for (one, other) in pairs {
            let (one_numbers, other_numbers) = (one.value.to_vec(), other.value.to_vec());
            let [moved, length] = squares(&one_numbers, &other_numbers);
            names.push(one.name.clone());
            values.push(relative(moved, length));
            sums = [sums[0] + moved, sums[1] + length];
        }
        if subject.role == Role::Before {
            return Finding::default();
        }
        Finding {
            figures: vec![Figure {
                key: "distance.all".into(),
                label: "distance of all weights from those before, relative to their length".into(),
                unit: Unit::Number,
                about: About::Deed,
                good: Good::Low,
                margin: 0.0,
                estimate: Estimate::exact(relative(sums[0], sums[1])),
            }],
            bars: vec![Bars {
                title: "Distance of each tensor from before".into(),
                y: "relative distance".into(),
                names,
                values,
            }],
            ..Finding::default()
        }
    }
}

/// The trained tensors that two networks have in common, by name and shape.
fn pairs<'a>(before: &'a Network, other: &'a Network) -> Vec<(&'a Parameter, &'a Parameter)> {
    let trained = before
        .parameters()
        .iter()
        .filter(|one| one.role.is_trained());
    let pairs = trained.filter_map(|one| {
        let mut others = other.parameters().iter();
        let other = others.find(|other| other.name == one.name)?;
        (one.value.shape() == other.value.shape()).then_some((one, other))
    });
    pairs.collect()
}

/// The squared length of the difference, and of the first.
fn squares(one: &[f32], other: &[f32]) -> [f64; 2] {
    let pairs = one.iter().zip(other);
    pairs.fold([0.0; 2], |[moved, length], (one, other)| {
        let (one, other) = (f64::from(*one), f64::from(*other));
        [moved + (other - one).powi(2), length + one * one]
    })
}

fn relative(moved: f64, length: f64) -> f64 {
    match length > 0.0 {
        true => (moved / length).sqrt(),
        false => moved.sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_tensor_is_as_far_as_it_is_long() {
        let [moved, length] = squares(&[3.0, 4.0], &[6.0, 8.0]);
        assert_eq!((relative(moved, length), length), (1.0, 25.0));
        assert_eq!(relative(4.0, 0.0), 2.0);
    }
}
