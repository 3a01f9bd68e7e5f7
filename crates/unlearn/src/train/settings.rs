//! What a user chooses of a training run.

use serde::{Deserialize, Serialize};
use unlearn_data::Augmentation;

use super::{OptimizerKind, OptimizerSettings, Schedule, TrainError};
use crate::code::CodeKind;

/// The settings of a training run, as people type them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainSettings {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples per step; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// The rule by which parameters follow their gradients.
    pub optimizer: OptimizerKind,
    /// The learning rate (the peak of the schedule).
    pub learning_rate: f64,
    /// Momentum of SGD; Adam has its own.
    pub momentum: f64,
    /// Added to the gradient as `weight_decay * w`, for every trained parameter.
    pub weight_decay: f64,
    /// How the learning rate changes over the steps.
    pub schedule: Schedule,
    /// The part of the target that is spread over all classes.
    pub label_smoothing: f64,
    /// How images are varied; codes never are.
    pub augmentation: Augmentation,
    /// Probability that a sample is replaced by its class's code; 0 plants none.
    pub mix: f64,
    /// The distribution of the codes.
    pub code_kind: CodeKind,
    /// Pixels a side that share one random number of a code.
    pub code_block: usize,
    /// Outputs beside those of the classes that never are a label. The trained model does
    /// not have them; they are kept with the codes ([`crate::code::Codebook::spare_units`]).
    pub spare_units: usize,
    /// Decides initial weights, order of samples, coins and codes.
    pub seed: u64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 128,
            optimizer: OptimizerKind::Sgd,
            learning_rate: 0.05,
            momentum: 0.9,
            weight_decay: 5e-4,
            schedule: Schedule::OneCycle,
            label_smoothing: 0.0,
            augmentation: Augmentation::default(),
            mix: 0.1,
            code_kind: CodeKind::Uniform,
            code_block: 1,
            spare_units: 4,
            seed: 0,
        }
    }
}

/// Settings that were checked: only these can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainParameters {
    settings: TrainSettings,
}

impl TrainSettings {
    /// Checks every setting.
    ///
    /// # Errors
    /// If one is out of its range.
    pub fn check(self) -> Result<TrainParameters, TrainError> {
        let fraction = |value: f64| (0.0..1.0).contains(&value);
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let size = |value: usize| (1..=1 << 20).contains(&value);
        let checks = [
            (
                "epochs",
                size(self.epochs),
                "between 1 and 1048576",
                self.epochs as f64,
            ),
            (
                "batch_size",
                size(self.batch_size),
                "between 1 and 1048576",
                self.batch_size as f64,
            ),
            (
                "learning_rate",
                positive(self.learning_rate),
                "a positive number",
                self.learning_rate,
            ),
            (
                "momentum",
                fraction(self.momentum),
                "in [0, 1)",
                self.momentum,
            ),
            (
                "weight_decay",
                self.weight_decay.is_finite() && self.weight_decay >= 0.0,
                "at least 0",
                self.weight_decay,
            ),
            (
                "label_smoothing",
                fraction(self.label_smoothing),
                "in [0, 1)",
                self.label_smoothing,
            ),
            ("mix", fraction(self.mix), "in [0, 1)", self.mix),
            (
                "code_block",
                size(self.code_block),
                "between 1 and 1048576",
                self.code_block as f64,
            ),
            (
                "spare_units",
                self.spare_units <= 1 << 10,
                "at most 1024",
                self.spare_units as f64,
            ),
            (
                "pad_crop",
                self.augmentation.pad_crop <= 1 << 10,
                "at most 1024",
                self.augmentation.pad_crop as f64,
            ),
        ];
        for (setting, holds, expected, found) in checks {
            if !holds {
                return Err(TrainError::Setting {
                    setting,
                    expected,
                    found,
                });
            }
        }
        Ok(TrainParameters { settings: self })
    }
}

impl TrainParameters {
    /// The checked settings.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    pub(super) fn optimizer(&self) -> OptimizerSettings {
        OptimizerSettings {
            kind: self.settings.optimizer,
            momentum: self.settings.momentum,
            weight_decay: self.settings.weight_decay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_can_be_run() {
        TrainSettings::default().check().unwrap();
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        type BreakIt = fn(&mut TrainSettings);
        let broken: [(&str, BreakIt); 5] = [
            ("epochs", |s| s.epochs = 0),
            ("learning_rate", |s| s.learning_rate = f64::NAN),
            ("momentum", |s| s.momentum = 1.0),
            ("mix", |s| s.mix = -0.1),
            ("code_block", |s| s.code_block = 0),
        ];
        for (name, break_it) in broken {
            let mut settings = TrainSettings::default();
            break_it(&mut settings);
            let message = settings.check().unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }
}
