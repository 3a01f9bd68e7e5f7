//! How a network is tuned.

use serde::{Deserialize, Serialize};

use super::{count, demand, not_negative, positive};
use crate::train::{OptimizerKind, OptimizerSettings, TrainError};

/// What batch normalisation normalises with while a network is tuned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// Mean and variance of each batch; the running statistics follow them, and
    /// dropout drops (PyTorch's train mode).
    #[default]
    Batch,
    /// The running statistics, which stay as they are; nothing is dropped
    /// (PyTorch's eval mode).
    Running,
}

/// How a network is tuned. As settings of a method these are flat among its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TuneSettings {
    /// Passes over the samples.
    pub epochs: usize,
    /// Samples a step; the last step of an epoch may be smaller.
    pub batch_size: usize,
    /// The rule by which parameters follow their gradients.
    pub optimizer: OptimizerKind,
    /// The learning rate.
    pub learning_rate: f64,
    /// Momentum of SGD; Adam has its own.
    pub momentum: f64,
    /// Added to the gradient as `weight_decay * w`, for every trained parameter.
    pub weight_decay: f64,
    /// What batch normalisation normalises with.
    pub statistics: Statistics,
    /// The largest L2 norm of all gradients together; longer ones are shortened
    /// to it. None shortens nothing.
    pub clip_norm: Option<f64>,
    /// Strength s of a pull to where tuning began: the loss gains
    /// `s / 2 * |w - w_0|^2`.
    pub pull: f64,
}

impl TuneSettings {
    /// SGD with momentum 0.9 and weight decay 5e-4 on batches of 128, batch
    /// statistics, no clipping, no pull.
    pub const fn sgd(epochs: usize, learning_rate: f64) -> Self {
        Self {
            epochs,
            batch_size: 128,
            optimizer: OptimizerKind::Sgd,
            learning_rate,
            momentum: 0.9,
            weight_decay: 5e-4,
            statistics: Statistics::Batch,
            clip_norm: None,
            pull: 0.0,
        }
    }

    /// Adam without weight decay on batches of 128, batch statistics, no
    /// clipping, no pull.
    pub const fn adam(epochs: usize, learning_rate: f64) -> Self {
        Self {
            optimizer: OptimizerKind::Adam,
            momentum: 0.0,
            weight_decay: 0.0,
            ..Self::sgd(epochs, learning_rate)
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(&self) -> Result<(), TrainError> {
        count("epochs", self.epochs)?;
        count("batch_size", self.batch_size)?;
        positive("learning_rate", self.learning_rate)?;
        let momentum = self.momentum;
        let in_range = (0.0..1.0).contains(&momentum);
        demand("momentum", in_range, "in [0, 1)", momentum)?;
        not_negative("weight_decay", self.weight_decay)?;
        if let Some(norm) = self.clip_norm {
            positive("clip_norm", norm)?;
        }
        not_negative("pull", self.pull)
    }

    /// The optimizer's part of them.
    pub(crate) fn rule(&self) -> OptimizerSettings {
        OptimizerSettings {
            kind: self.optimizer,
            momentum: self.momentum,
            weight_decay: self.weight_decay,
        }
    }
}
