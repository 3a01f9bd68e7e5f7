//! What an audit finds in one model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Estimate;

/// What an audit found in one model: numbers, and what pictures are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The numbers; the first is the one to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Numbers over something: steps, depths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// How often which numbers occur.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub histograms: Vec<Histogram>,
    /// Numbers of named things: classes, tensors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<Bars>,
    /// `[true class][answered class]`, in samples, where answers were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Vec<Vec<usize>>>,
    /// What a reader must know of how it came about, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// By a figure's key, how it moves with the images: numbers for the same changes of the
    /// images in every model (the draws of a bootstrap, or what single images add), so that two
    /// models' figures are correlated as these are. Of the same seed and data only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moves: BTreeMap<String, Vec<f64>>,
}

/// A figure with how it moves.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// The figure.
    pub figure: &'a Figure,
    /// See [`Finding::moves`]; empty where nothing is known.
    pub moves: &'a [f64],
}

/// One number that models are compared by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name within all audits (`relearning.k5`).
    pub key: String,
    /// What it is, for people, without a full stop.
    pub label: String,
    /// What it is counted in.
    pub unit: Unit,
    /// What it is evidence of.
    pub about: About,
    /// Which way is good.
    pub good: Good,
    /// The smallest difference that matters, in the figure's unit. It was set
    /// before anything was measured.
    pub margin: f64,
    /// The number.
    pub estimate: Estimate,
}

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Percent of samples.
    Percent,
    /// Percentage points.
    Points,
    /// Steps of an attack.
    Steps,
    /// A plain number.
    Number,
}

/// Which way of a figure is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Good {
    /// No more than in a model that never saw the class.
    Low,
    /// No less than in a model that never saw the class.
    High,
}

/// What a figure is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// What is left of the forgotten classes.
    Trace,
    /// What it cost the kept classes.
    Harm,
    /// What was done, which is neither good nor bad.
    Deed,
}

/// Numbers over something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// What is shown.
    pub title: String,
    /// The horizontal axis.
    pub x: String,
    /// The vertical axis.
    pub y: String,
    /// Names of the places along the horizontal axis, where they have names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Horizontal and vertical.
    pub points: Vec<[f64; 2]>,
}

/// How often which numbers occur.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Histogram {
    /// What is shown.
    pub title: String,
    /// What is counted, with its unit.
    pub x: String,
    /// The ends of the bins, one more than there are bins.
    pub edges: Vec<f64>,
    /// What is shown beside each other.
    pub groups: Vec<HistogramGroup>,
}

/// One group of a histogram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistogramGroup {
    /// What is in it.
    pub label: String,
    /// Samples per bin; those beyond the ends are in the outermost bins.
    pub counts: Vec<usize>,
}

/// Numbers of named things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bars {
    /// What is shown.
    pub title: String,
    /// What the numbers are, with their unit.
    pub y: String,
    /// The things.
    pub names: Vec<String>,
    /// A number each.
    pub values: Vec<f64>,
}

impl Finding {
    /// The figure of a key.
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.key == key)
    }

    /// The figure of a key with how it moves.
    pub fn measured(&self, key: &str) -> Option<Measured<'_>> {
        let moves = self.moves.get(key).map_or(&[][..], Vec::as_slice);
        self.figure(key).map(|figure| Measured { figure, moves })
    }
}

impl Figure {
    /// A percentage of which a low one is good; a difference of ten points matters.
    pub(super) fn percent_low(key: &str, label: impl Into<String>, share: Estimate) -> Self {
        Self {
            key: key.to_owned(),
            label: label.into(),
            unit: Unit::Percent,
            about: About::Trace,
            good: Good::Low,
            margin: 10.0,
            estimate: share.times(100.0),
        }
    }
}
