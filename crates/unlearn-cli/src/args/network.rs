//! Which network is trained.

use anyhow::bail;
use clap::{Args, ValueEnum};
use unlearn::network::{Activation, Architecture};

use super::one_of::{ACTIVATIONS, one_of};

/// Which network is trained.
#[derive(Args, Clone, Debug)]
pub struct NetworkArgs {
    /// The kind of network.
    #[arg(long)]
    architecture: Kind,

    /// Channels of the first stage of cnn [default: 32] and resnet18 [default:
    /// 64, the standard network].
    #[arg(long, value_name = "N")]
    width: Option<usize>,

    /// Sizes of the hidden layers of mlp, repeated or with commas [default: 1000].
    #[arg(long, value_name = "N", value_delimiter = ',')]
    hidden: Vec<usize>,

    /// What stands between the layers of mlp [default: sigmoid].
    #[arg(long, value_parser = one_of::<Activation>(ACTIVATIONS))]
    activation: Option<Activation>,
}

/// The kinds of networks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Fully connected layers.
    Mlp,
    /// Three convolutions.
    Cnn,
    /// ResNet-18 for small images.
    Resnet18,
}

impl NetworkArgs {
    /// The architecture that was asked for.
    ///
    /// # Errors
    /// If a setting of another kind of network was given.
    pub fn architecture(&self) -> anyhow::Result<Architecture> {
        let is_mlp = matches!(self.architecture, Kind::Mlp);
        if is_mlp && self.width.is_some() {
            bail!("--width: expected with cnn or resnet18, found with mlp (use --hidden)");
        }
        if !is_mlp && (!self.hidden.is_empty() || self.activation.is_some()) {
            bail!(
                "--hidden, --activation: expected with mlp only, found with another architecture"
            );
        }
        Ok(match self.architecture {
            Kind::Mlp => Architecture::Mlp {
                hidden: match self.hidden.is_empty() {
                    true => vec![1000],
                    false => self.hidden.clone(),
                },
                activation: self.activation.unwrap_or_default(),
            },
            Kind::Cnn => Architecture::Cnn {
                width: self.width.unwrap_or(32),
            },
            Kind::Resnet18 => Architecture::Resnet18 {
                width: self.width.unwrap_or(64),
            },
        })
    }
}
