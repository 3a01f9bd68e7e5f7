//! How a network is trained.

use clap::Args;
use unlearn::code::CodeKind;
use unlearn::data::Augmentation;
use unlearn::network::Architecture;
use unlearn::train::{OptimizerKind, Schedule, TrainSettings};

use super::one_of::{CODE_KINDS, OPTIMIZERS, SCHEDULES, one_of};

/// How a network is trained, but for the seed.
#[derive(Args, Clone, Debug)]
pub struct RecipeArgs {
    /// Passes over the training images.
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().epochs)]
    pub epochs: usize,

    /// Images per step.
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().batch_size)]
    pub batch_size: usize,

    /// The rule by which weights follow their gradients.
    #[arg(long, default_value = "sgd", value_parser = one_of::<OptimizerKind>(OPTIMIZERS))]
    pub optimizer: OptimizerKind,

    /// The learning rate, the peak of the schedule.
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().learning_rate)]
    pub learning_rate: f64,

    /// Momentum of sgd.
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().momentum)]
    pub momentum: f64,

    /// Weight decay, added to the gradient.
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().weight_decay)]
    pub weight_decay: f64,

    /// How the learning rate changes over the steps.
    #[arg(long, default_value = "one-cycle", value_parser = one_of::<Schedule>(SCHEDULES))]
    pub schedule: Schedule,

    /// The part of the target that is spread over all classes.
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().label_smoothing)]
    pub label_smoothing: f64,

    /// Pad training images by so many pixels and crop at a random place.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub pad_crop: usize,

    /// Mirror training images at random.
    #[arg(long)]
    pub flip: bool,

    /// Probability that an image is replaced by its class's code.
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().mix)]
    pub mix: f64,

    /// The distribution of the codes [default: uniform for mlp, normal for cnn
    /// and resnet18].
    #[arg(long, value_parser = one_of::<CodeKind>(CODE_KINDS))]
    pub code_kind: Option<CodeKind>,

    /// Pixels a side that share one random number of a code.
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().code_block)]
    pub code_block: usize,

    /// Outputs beside those of the classes that never are a label. They are kept with
    /// the codes, not in the model; `forget --method transplant` uses them.
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().spare_units)]
    pub spare_units: usize,
}

impl RecipeArgs {
    /// What the arguments say of training.
    pub fn settings(&self, seed: u64, architecture: &Architecture) -> TrainSettings {
        TrainSettings {
            epochs: self.epochs,
            batch_size: self.batch_size,
            optimizer: self.optimizer,
            learning_rate: self.learning_rate,
            momentum: self.momentum,
            weight_decay: self.weight_decay,
            schedule: self.schedule,
            label_smoothing: self.label_smoothing,
            augmentation: Augmentation {
                pad_crop: self.pad_crop,
                flip: self.flip,
            },
            mix: self.mix,
            code_kind: self
                .code_kind
                .unwrap_or_else(|| CodeKind::suited_to(architecture)),
            code_block: self.code_block,
            spare_units: self.spare_units,
            seed,
        }
    }
}
