//! What a user chooses of an architecture.

use serde::{Deserialize, Serialize};

use super::{arcane, cnn, mlp, resnet, sisa};
use crate::network::op::Vote;
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
    /// Networks that were trained on disjoint shards of the data, and vote. Made by
    /// the method `sisa`, part by part.
    Sisa {
        /// The architecture of each, no ensemble itself.
        member: Box<Architecture>,
        /// How many there are.
        shards: usize,
        /// How many of them hold samples of a class c: `c, c + 1, ...` modulo `shards`.
        class_shards: usize,
        /// How their answers are put together.
        vote: Vote,
    },
    /// An autoencoder per class, of which the best answers. Made by
    /// the method `arcane`, part by part.
    Arcane {
        /// Outputs of each hidden layer of an autoencoder.
        hidden: Vec<usize>,
        /// The classes that have one, ascending.
        known: Vec<usize>,
    },
}

/// The most shards.
pub(crate) const MOST_SHARDS: usize = 1 << 10;

impl Architecture {
    /// The name that users type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mlp { .. } => "mlp",
            Self::Cnn { .. } => "cnn",
            Self::Resnet18 { .. } => "resnet18",
            Self::Sisa { .. } => "sisa",
            Self::Arcane { .. } => "arcane",
        }
    }

    /// Whether it is several networks that are trained one by one.
    pub fn is_ensemble(&self) -> bool {
        matches!(self, Self::Sisa { .. } | Self::Arcane { .. })
    }

    /// Tensors that a network of this architecture has at least, found without building it.
    pub(crate) fn fewest_tensors(&self) -> usize {
        let of_layers = |hidden: &[usize]| 2 * (hidden.len() + 1);
        match self {
            Self::Mlp { hidden, .. } => of_layers(hidden),
            Self::Cnn { .. } | Self::Resnet18 { .. } => 1,
            Self::Sisa { member, shards, .. } => shards.saturating_mul(member.fewest_tensors()),
            Self::Arcane { hidden, known } => known.len().saturating_mul(of_layers(hidden)),
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
            Self::Sisa {
                member,
                shards,
                vote,
                ..
            } => {
                let member = member.build(input_shape, classes)?;
                sisa::build(input_shape, &member, *shards, *vote)
            }
            Self::Arcane { hidden, known } => arcane::build(input_shape, hidden, known, classes),
        }
    }

    /// Refuses sizes that make no network, or one that no machine holds: the
    /// settings may come from a file.
    fn check(&self, classes: usize) -> Result<(), NetworkError> {
        const LARGEST: usize = 1 << 16;
        let sizes: Vec<(&'static str, usize)> = match self {
            Self::Mlp { hidden, .. } | Self::Arcane { hidden, .. } => {
                hidden.iter().map(|&size| ("hidden", size)).collect()
            }
            Self::Cnn { width } | Self::Resnet18 { width } => vec![("width", *width)],
            Self::Sisa { .. } => Vec::new(),
        };
        let sizes = sizes.into_iter().chain([("classes", classes)]);
        for (setting, size) in sizes {
            let holds = (1..=LARGEST).contains(&size);
            self.demand(holds, setting, "between 1 and 65536", size)?;
        }
        match self {
            Self::Sisa {
                member,
                shards,
                class_shards,
                ..
            } => {
                let is_plain = !member.is_ensemble();
                self.demand(is_plain, "member", "no ensemble itself", member.name())?;
                let holds = (2..=MOST_SHARDS).contains(shards);
                self.demand(holds, "shards", "between 2 and 1024", shards)?;
                let holds = (1..=*shards).contains(class_shards);
                let expected = "between 1 and the number of shards";
                self.demand(holds, "class_shards", expected, class_shards)
            }
            Self::Arcane { hidden, known } => {
                let layers = hidden.len();
                self.demand(layers > 0, "hidden", "one layer at least", layers)?;
                let is_ascending = known.windows(2).all(|pair| pair[0] < pair[1]);
                let is_known = known.last().is_some_and(|last| *last < classes);
                let expected = "one class at least, ascending, each one of the model's";
                let found = format!("{known:?}");
                self.demand(is_ascending && is_known, "known", expected, found)
            }
            _ => Ok(()),
        }
    }

    fn demand(
        &self,
        holds: bool,
        setting: &'static str,
        expected: &'static str,
        found: impl ToString,
    ) -> Result<(), NetworkError> {
        match holds {
            true => Ok(()),
            false => Err(NetworkError::Setting {
                architecture: self.name(),
                setting,
                expected,
                found: found.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sisa(member: Architecture, shards: usize, class_shards: usize) -> Architecture {
        Architecture::Sisa {
            member: Box::new(member),
            shards,
            class_shards,
            vote: Vote::OneHot,
        }
    }

    fn arcane(hidden: &[usize], known: &[usize]) -> Architecture {
        Architecture::Arcane {
            hidden: hidden.to_vec(),
            known: known.to_vec(),
        }
    }

    #[test]
    fn ensembles_have_no_classifier_layer_and_are_not_split() {
        for ensemble in [
            sisa(Architecture::Cnn { width: 2 }, 2, 1),
            arcane(&[4], &[3]),
            arcane(&[4], &[0, 3, 9]),
        ] {
            let graph = ensemble.build(&[3, 8, 8], 10).unwrap();
            assert_eq!(graph.output_shape(), [10]);
            assert!(graph.classifier().is_empty(), "{}", ensemble.name());
            assert!(graph.split().is_none() && graph.maps_and_pooled().is_none());
            assert!(graph.with_outputs(11).is_none());
            assert!(graph.parameters().len() >= ensemble.fewest_tensors());
        }
    }

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
            sisa(Architecture::Cnn { width: 2 }, 1, 1),
            sisa(Architecture::Cnn { width: 2 }, 1025, 1),
            sisa(Architecture::Cnn { width: 2 }, 3, 4),
            sisa(Architecture::Cnn { width: 0 }, 3, 3),
            sisa(sisa(Architecture::Cnn { width: 2 }, 2, 2), 2, 2),
            arcane(&[4], &[]),
            arcane(&[4], &[3, 3]),
            arcane(&[4], &[3, 10]),
            arcane(&[], &[3]),
            arcane(&[0], &[3]),
        ] {
            let error = broken.build(&[3, 32, 32], 10).unwrap_err();
            assert!(matches!(error, NetworkError::Setting { .. }), "{error}");
        }
        let small = Architecture::Cnn { width: 4 }.build(&[1, 2, 2], 10);
        assert!(matches!(small, Err(NetworkError::Shape { .. })));
    }
}
