//! What a user chooses of an architecture.

use serde::{Deserialize, Serialize};

use super::{cnn, mlp, resnet};
use crate::network::{Graph, NetworkError};

/// The non-linearity between fully connected layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Logistic function.
    #[default]
    Sigmoid,
    /// Rectified linear unit.
    Relu,
}

/// An architecture with its settings; a checkpoint's metadata holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Architecture {
    /// Fully connected layers `fc1`, `fc2`, ...
    Mlp {
        /// Outputs of each hidden layer.
        hidden: Vec<usize>,
        /// Between the layers.
        activation: Activation,
    },
    /// Three convolutions with batch normalisation, and a classifier over the
    /// mean of each channel.
    Cnn {
        /// Channels of the first convolution; the others have twice as many.
        width: usize,
    },
    /// ResNet-18 with the stem for small images: a 3x3 convolution of stride 1
    /// and no pooling. Width 64 is the standard network.
    Resnet18 {
        /// Channels of the first stage.
        width: usize,
    },
}

impl Architecture {
    /// The name that users type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mlp { .. } => "mlp",
            Self::Cnn { .. } => "cnn",
            Self::Resnet18 { .. } => "resnet18",
        }
    }

    /// The graph for inputs `[channels, height, width]` and so many classes.
    ///
    /// # Errors
    /// If a setting makes no network, or the input is too small for it.
    pub fn build(&self, input_shape: &[usize], classes: usize) -> Result<Graph, NetworkError> {
        self.check(classes)?;
        match self {
            Self::Mlp { hidden, activation } => {
                mlp::build(input_shape, hidden, *activation, classes)
            }
            Self::Cnn { width } => cnn::build(input_shape, *width, classes),
            Self::Resnet18 { width } => resnet::build(input_shape, *width, classes),
        }
    }

    /// Refuses sizes that make no network, or one that no machine holds: the
    /// settings may come from a file.
    fn check(&self, classes: usize) -> Result<(), NetworkError> {
        const LARGEST: usize = 1 << 16;
        let sizes: Vec<(&'static str, usize)> = match self {
            Self::Mlp { hidden, .. } => hidden.iter().map(|&size| ("hidden", size)).collect(),
            Self::Cnn { width } | Self::Resnet18 { width } => vec![("width", *width)],
        };
        let sizes = sizes.into_iter().chain([("classes", classes)]);
        for (setting, size) in sizes {
            if !(1..=LARGEST).contains(&size) {
                return Err(NetworkError::Setting {
                    architecture: self.name(),
                    setting,
                    expected: "between 1 and 65536",
                    found: size.to_string(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resnet18_of_width_64_is_the_standard_network() {
        let resnet = Architecture::Resnet18 { width: 64 };
        let graph = resnet.build(&[3, 32, 32], 10).unwrap();
        let trained = graph.parameters().iter().filter(|p| p.role.is_trained());
        let count: usize = trained.map(|p| p.shape.iter().product::<usize>()).sum();
        assert_eq!(count, 11_173_962);
    }

    #[test]
    fn settings_that_make_no_network_are_refused() {
        for broken in [
            Architecture::Cnn { width: 0 },
            Architecture::Resnet18 { width: usize::MAX },
            Architecture::Mlp {
                hidden: vec![5, 0],
                activation: Activation::Relu,
            },
        ] {
            let error = broken.build(&[3, 32, 32], 10).unwrap_err();
            assert!(matches!(error, NetworkError::Setting { .. }), "{error}");
        }
        let small = Architecture::Cnn { width: 4 }.build(&[1, 2, 2], 10);
        assert!(matches!(small, Err(NetworkError::Shape { .. })));
    }
}
