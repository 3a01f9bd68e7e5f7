//! The bias shift: the control that hides and does not forget.

use unlearn_data::Split;

use super::context::logits;
use super::{Role, Subject};
use crate::checkpoint::Model;
use crate::network::{Network, Value};

/// The original with the forgotten outputs' biases lowered just as far as no
/// image of `samples` is answered with a forgotten class any more: it meets
/// A_R and E_F with all it knew left inside (arXiv 2605.08730). None where the
/// classifier layer has no bias.
pub fn bias_control(before: &Model, samples: &Split, forgotten: &[usize]) -> Option<Subject> {
    let mut subject = Subject {
        role: Role::BiasShift,
        name: Role::BiasShift.title().to_owned(),
        model: before.clone(),
    };
    let bias = output_bias(&before.network)?;
    let of_forgotten = samples.of_classes(forgotten);
    let logits = logits(&before.network, &of_forgotten, &subject);
    let classes = before.network.class_count();
    let largest = |row: &[f32], wanted: bool| {
        let entries = row.iter().enumerate();
        let entries = entries.filter(|(class, _)| forgotten.contains(class) == wanted);
        entries.fold(f32::NEG_INFINITY, |most, (_, logit)| most.max(*logit))
    };
    let leads = logits.chunks_exact(classes);
    let leads = leads.map(|row| largest(row, true) - largest(row, false));
    // A little more, so that none is left at a tie.
    let shift = leads.fold(0.0, f32::max) * 1.01 + 0.01;
    let network = &mut subject.model.network;
    let mut numbers = network.parameters()[bias].value.to_vec();
    forgotten.iter().for_each(|class| numbers[*class] -= shift);
    let value = Value::from_vec(numbers, &[classes], network.device());
    network.set(bias, value);
    Some(subject)
}

/// The index of the classifier layer's bias, one number per class.
pub(super) fn output_bias(network: &Network) -> Option<usize> {
    output_parameter(network, ".bias", &[network.class_count()])
}

/// The index of the classifier layer's weight `[classes, features]`.
pub(super) fn output_weight(network: &Network) -> Option<usize> {
    let features = network.split()?[1].graph().input_shape().iter().product();
    output_parameter(network, ".weight", &[network.class_count(), features])
}

fn output_parameter(network: &Network, suffix: &str, shape: &[usize]) -> Option<usize> {
    let mut layer = network.graph().classifier();
    layer.find(|index| {
        let parameter = &network.parameters()[*index];
        parameter.name.ends_with(suffix) && parameter.value.shape() == shape
    })
}
