//! Arguments of `train`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use unlearn::data::LoadOptions;

use super::{DataArgs, DeviceArgs, ImageSize, NetworkArgs, RecipeArgs};

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

    #[command(flatten)]
    pub recipe: RecipeArgs,

    /// Subtract the training images' mean and divide by their deviation, per
    /// channel, or leave pixels in [0, 1]. Codes are never normalised.
    #[arg(long, value_enum, default_value_t = NormalizationChoice::Auto)]
    pub normalize: NormalizationChoice,

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

    #[command(flatten)]
    pub device: DeviceArgs,

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
an uninterrupted run. RAYON_NUM_THREADS in the environment limits the threads; their
number changes no result. Both hold for the device flex only.";

impl TrainArgs {
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
    use unlearn::code::CodeKind;
    use unlearn::train::TrainSettings;

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
        assert_eq!(args.recipe.settings(7, &architecture), expected);
        assert_eq!(args.load_options(), LoadOptions::default());
    }
}
