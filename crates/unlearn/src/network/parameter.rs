//! Named parameters: what a network has learned.

use super::Value;

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The matrix or kernel of a linear operation.
    Weight,
    /// What a linear operation adds.
    Bias,
    /// What a normalisation multiplies by (gamma).
    Scale,
    /// What a normalisation adds (beta).
    Shift,
    /// Running mean of a normalisation.
    RunningMean,
    /// Running variance (unbiased) of a normalisation.
    RunningVariance,
    /// How many batches the running statistics have seen.
    BatchCount,
}

impl Role {
    /// Whether training moves it by its gradient, and forgetting may move it.
    ///
    /// Running statistics are buffers: they follow the data, not a gradient.
    pub fn is_trained(self) -> bool {
        matches!(self, Self::Weight | Self::Bias | Self::Scale | Self::Shift)
    }
}

/// How a parameter starts before training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initialization {
    /// Every element equal.
    Constant(f32),
    /// Uniform in `[-bound, bound)`.
    Uniform {
        /// The bound.
        bound: f32,
    },
    /// Normal of mean 0.
    Normal {
        /// The standard deviation.
        deviation: f32,
    },
}

/// A parameter that an operation asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSpec {
    /// The last part of the name, as PyTorch has it (`weight`, `running_mean`).
    pub suffix: &'static str,
    /// What it is for.
    pub role: Role,
    /// Its shape in PyTorch's layout.
    pub shape: Vec<usize>,
    /// How it starts.
    pub initialization: Initialization,
}

/// A named parameter with its value.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name as in a PyTorch state dict (`layer1.0.conv1.weight`).
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its value in PyTorch's layout.
    pub value: Value,
}
