//! Which images, and how they are read.

use clap::Args;
use unlearn::data::{LoadOptions, Source};

/// Which images, and how they are read.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// A folder with IDX files (MNIST), CIFAR-10 batches, or a folder of images
    /// per class, with or without train/ and test/; or `shapes`, an artificial
    /// set that is drawn on the spot.
    #[arg(long, value_name = "PATH|shapes", value_parser = |text: &str| text.parse::<Source>())]
    pub data: Source,

    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// How images are read.
#[derive(Args, Clone, Debug)]
pub struct ReadingArgs {
    /// Seed of the split of a folder without train/ and test/, and of the
    /// drawing of `shapes`: the same in `train` and in `evaluate`.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub data_seed: u64,

    /// Leave out images that do not decode, instead of stopping at the first.
    #[arg(long)]
    pub skip_unreadable: bool,
}

impl ReadingArgs {
    /// What the arguments say of reading; the rest is as the library has it.
    pub fn options(&self) -> LoadOptions {
        LoadOptions {
            seed: self.data_seed,
            skip_unreadable: self.skip_unreadable,
            ..LoadOptions::default()
        }
    }
}
