//! The bias shift: a control, not a way to forget.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{Context, ForgetError, Forgotten, Method};
use crate::network::Value;

/// The settings of [`BiasShift`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BiasShiftSettings {
    /// By how much the forgotten classes' biases are lowered, in logits.
    pub shift: f64,
}

impl Default for BiasShiftSettings {
    /// So much that the classes are never answered.
    fn default() -> Self {
        Self { shift: 1000.0 }
    }
}

/// Lowers the forgotten classes' biases in the classifier layer.
///
/// The classes are not answered any more and all else stays as it was, so it
/// meets A_R and E_F with nothing forgotten inside: whoever raises the bias has
/// the class back. Every result should stand beside it (arXiv 2605.08730).
#[derive(Clone, Copy, Debug)]
pub struct BiasShift {
    shift: f32,
}

impl BiasShift {
    /// The control with checked settings.
    ///
    /// # Errors
    /// If the shift is not a positive, finite number.
    pub fn new(BiasShiftSettings { shift }: BiasShiftSettings) -> Result<Self, ForgetError> {
        if !(shift.is_finite() && shift > 0.0) {
            return Err(refused(format!(
                "shift: expected a positive number, found {shift}"
            )));
        }
        Ok(Self {
            shift: shift as f32,
        })
    }
}

impl Method for BiasShift {
    fn name(&self) -> &'static str {
        "bias-shift"
    }

    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut network = context.model.network.clone();
        let layer = network.graph().classifier();
        let of_layer = &network.parameters()[layer.clone()];
        let bias = of_layer.iter().position(|p| p.name.ends_with(".bias"));
        let bias = layer.start
            + bias.ok_or_else(|| {
                refused("expected a classifier layer with a bias, found none".into())
            })?;
        let value = &network.parameters()[bias].value;
        let (mut numbers, shape) = (value.to_vec(), value.shape().to_vec());
        for class in context.request.forgotten() {
            numbers[*class] -= self.shift;
        }
        let value = Value::from_vec(numbers, &shape, network.device());
        network.set(bias, value);
        Ok(Forgotten {
            network,
            measuring: Duration::ZERO,
            backward_passes: 0,
            choices: Map::from_iter([("shift".into(), json!(self.shift))]),
            steps: Vec::new(),
        })
    }
}

fn refused(reason: String) -> ForgetError {
    ForgetError::Setting {
        method: "bias-shift",
        reason,
    }
}
