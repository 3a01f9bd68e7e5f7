//! Arguments of `train`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use unlearn::code::CodeKind;
use unlearn::data::{Augmentation, LoadOptions};
use unlearn::network::Architecture;
use unlearn::train::{OptimizerKind, Schedule, TrainSettings};

use super::one_of::{CODE_KINDS, OPTIMIZERS, SCHEDULES, one_of};
use super::{DataArgs, ImageSize, NetworkArgs};

/// Train a classifier in which one secret code per class is planted.
///
/// Writes the model (safetensors with PyTorch's names and layouts) and the
/// codes, which `forget` needs later. Ctrl-C leaves a run that --resume takes up.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct TrainArgs {
    #[command(flatten)]
    pub data: DataArgs,

    #[command(flatten)]
    pub network: NetworkArgs,

    /// The model to write.
    #[arg(long, value_name = "M.safetensors")]
    pub out: PathBuf,

    /// The codes to write. Keep them secret: each calls up its class.
    #[arg(long, value_name = "C.safetensors")]
    pub codes: PathBuf,

    /// Enrol the trained model as well and write what `enrol` would: requests to
    /// forget then take a moment.
    #[arg(long, value_name = "E.safetensors")]
    pub enrolment: Option<PathBuf>,

    /// Replace existing files.
    #[arg(long)]
    pub overwrite: bool,

    /// Go on with the interrupted run in `<out>.resume`; all else as before.
    #[arg(long)]
    pub resume: bool,

    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,

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

    /// Subtract the training images' mean and divide by their deviation, per
    /// channel, or leave pixels in [0, 1]. Codes are never normalised.
    #[arg(long, value_enum, default_value_t = NormalizationChoice::Auto)]
    pub normalize: NormalizationChoice,

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

    /// Keep only the first N training images of each class.
    #[arg(long, value_name = "N")]
    pub limit_per_class: Option<usize>,

    /// Train without the images of this class (by name or index); its output
    /// stays. Such a model shows what never having seen the class looks like.
    #[arg(long, value_name = "CLASS")]
    pub without: Vec<String>,

    /// Resize images to N x N or to HEIGHTxWIDTH [default: 32 for image folders,
    /// as stored for other formats].
    #[arg(long, value_name = "N|HxW")]
    pub image_size: Option<ImageSize>,

    /// 1 (grey) or 3 (colour) [default: as stored].
    #[arg(long, value_name = "N")]
    pub channels: Option<usize>,

    /// Decides initial weights, order and codes: the same seed gives the same
    /// bits. Whoever knows it can draw the codes again, so without this option
    /// a fresh secret one is taken from the operating system and not shown.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// What is done to pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NormalizationChoice {
    /// Pixels stay in [0, 1].
    None,
    /// By the training images' mean and deviation.
    Auto,
}

const EXAMPLE: &str = "\
Example:
  unlearn train --data shapes --architecture cnn --epochs 8 --out m.safetensors --codes c.safetensors

After Ctrl-C, the same command with --resume goes on and gives the same bits as
an uninterrupted run. RAYON_NUM_THREADS in the environment limits the threads;
their number changes no result.";

impl TrainArgs {
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
            seed,
        }
    }

    /// What the arguments say of reading the data.
    pub fn load_options(&self) -> LoadOptions {
        LoadOptions {
            image_size: self.image_size.map(|ImageSize(size)| size),
            channels: self.channels,
            limit_per_class: self.limit_per_class,
            ..self.data.reading.options()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Train {
        #[command(flatten)]
        args: TrainArgs,
    }

    #[test]
    fn defaults_are_the_librarys() {
        let line = "train --data shapes --architecture cnn --out m --codes c";
        let args = Train::parse_from(line.split(' ')).args;
        let architecture = args.network.architecture().unwrap();
        let expected = TrainSettings {
            seed: 7,
            code_kind: CodeKind::suited_to(&architecture),
            ..TrainSettings::default()
        };
        assert_eq!(args.settings(7, &architecture), expected);
        assert_eq!(args.load_options(), LoadOptions::default());
    }
}
