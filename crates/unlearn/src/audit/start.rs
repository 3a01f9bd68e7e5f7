//! Where an attack that trains a model begins.

use rand::Rng;
use unlearn_data::stream;

use super::bias_control::{output_bias, output_weight};
use super::{Context, Subject};
use crate::network::{Network, Value};

/// How the forgotten classes' outputs are set before the first step. The
/// attacker knows which outputs they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// As they are.
    AsIs,
    /// The bias is set to the mean of the other outputs' biases.
    FreshBias,
    /// The same, and the row of the weight is drawn anew as before training.
    FreshRow,
}

impl Start {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AsIs, Self::FreshBias, Self::FreshRow];

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::AsIs => "its output as it was",
            Self::FreshBias => "its output's bias reset",
            Self::FreshRow => "a fresh output row",
        }
    }

    /// The network that the attack begins with; none where it has no such output layer.
    pub fn network(self, context: &Context<'_>, subject: &Subject) -> Option<Network> {
        let mut network = subject.model.network.clone();
        if self == Self::AsIs {
            return Some(network);
        }
        let bias = output_bias(&network)?;
        let mut biases = network.parameters()[bias].value.to_vec();
        let kept = context.kept.iter().map(|class| biases[*class]);
        let mean = kept.sum::<f32>() / context.kept.len() as f32;
        for class in &context.forgotten {
            biases[*class] = mean;
        }
        let classes = biases.len();
        let device = network.device().clone();
        network.set(bias, Value::from_vec(biases, &[classes], &device));
        if self == Self::FreshRow {
            let weight = output_weight(&network)?;
            let mut numbers = network.parameters()[weight].value.to_vec();
            let features = numbers.len() / classes;
            // PyTorch's default for a linear layer.
            let bound = (features as f32).sqrt().recip();
            let mut random = stream(context.seed, "audit/fresh row");
            for class in &context.forgotten {
                let row = &mut numbers[class * features..][..features];
                row.fill_with(|| random.random_range(-bound..bound));
            }
            network.set(
                weight,
                Value::from_vec(numbers, &[classes, features], &device),
            );
        }
        Some(network)
    }
}
