//! An experiment file, as people write it.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use unlearn::data::LoadOptions;
use unlearn::forget::Need;
use unlearn::network::Architecture;

use crate::CompareError;
use crate::given::{Axes, Given};
use crate::source::Source;

/// An experiment file that was read; what it names was not looked at yet.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub(crate) source: Source,
    pub(crate) file: File,
}

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// What the tables are called.
    pub title: String,
    /// One original is trained for each.
    pub seeds: Spanned<Vec<u32>>,
    /// The part of each class's training images that is held out of all training, to choose
    /// settings by; none where nothing is searched.
    pub validation: Option<Spanned<f64>>,
    /// The training images that methods are given.
    #[serde(default)]
    pub images: Images,
    /// Whether the Fisher diagonals of codes and of some images are held against those of all training images.
    #[serde(default)]
    pub fisher_error: bool,
    /// What is trained.
    pub original: Spanned<Vec<Spanned<Original>>>,
    /// What is done to it.
    pub method: Spanned<Vec<Spanned<MethodTable>>>,
}

/// The training images that methods are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Images {
    /// All of them.
    #[default]
    All,
    /// Those of the kept classes.
    Kept,
    /// Those of the forgotten classes.
    Forgotten,
    /// None.
    None,
}

/// Something that is trained: `[[original]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Original {
    /// What it is called.
    pub name: Spanned<String>,
    /// The data set: `shapes`, or a path within the folder of data sets.
    pub data: Spanned<String>,
    /// How it is read.
    #[serde(default)]
    pub reading: LoadOptions,
    /// The network.
    pub network: Spanned<Architecture>,
    /// Whether pixels are normalised by the training images' mean and deviation.
    #[serde(default = "yes")]
    pub normalize: bool,
    /// Settings of the training; those left out take their defaults.
    #[serde(default)]
    pub training: Given,
    /// Settings of the training with several values: one original for each combination.
    #[serde(default)]
    pub vary: Axes,
    /// Whether a model is trained without each set of forgotten classes, to stand beside.
    #[serde(default = "yes")]
    pub retrained: bool,
    /// `"each"`, or a list of classes or of lists of classes that are forgotten together.
    pub forget: Spanned<toml::Value>,
}

/// A method: `[[method]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodTable {
    /// Its name in the catalog.
    pub method: Spanned<String>,
    /// What its row is called; by default as the method.
    pub name: Option<Spanned<String>>,
    /// The originals that it is for; by default all.
    pub on: Option<Vec<Spanned<String>>>,
    /// Its settings; those left out take their defaults.
    #[serde(default)]
    pub settings: Given,
    /// Settings with several values: a row for each combination.
    #[serde(default)]
    pub vary: Axes,
    /// Settings with several values: the combination with the highest A_R + E_F on held-out
    /// training images is used.
    #[serde(default)]
    pub search: Axes,
    /// Whether it is there for comparison only and never the best.
    #[serde(default)]
    pub control: bool,
}

fn yes() -> bool {
    true
}

impl Experiment {
    /// Reads an experiment file.
    ///
    /// # Errors
    /// If it cannot be read, is not TOML, or a key is unknown, missing or of another type.
    pub fn read(path: &Path) -> Result<Self, CompareError> {
        let source = Source::read(path)?;
        let file = toml::from_str(source.text());
        let file = file.map_err(|error: toml::de::Error| {
            source.error(error.span().unwrap_or(0..0), error.message())
        })?;
        Ok(Self { source, file })
    }
}

impl Images {
    /// What a method is given by them.
    pub fn needs_met(self) -> &'static [Need] {
        match self {
            Self::All => &[Need::KeptImages, Need::ForgottenImages],
            Self::Kept => &[Need::KeptImages],
            Self::Forgotten => &[Need::ForgottenImages],
            Self::None => &[],
        }
    }
}
