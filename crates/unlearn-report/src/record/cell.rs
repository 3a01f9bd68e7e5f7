//! One cell of a comparison: one method on one model for one set of classes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::audit::Evaluation;
use unlearn::data::Digest;
use unlearn::network::{Architecture, DeviceName};

use super::{DataSummary, FisherErrors};

/// What came of a cell. All of it but the seconds follows from what [`Self::cell`] is the
/// digest of: two runs of a cell are equal where [`Self::without_seconds`] is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellResult {
    /// [`super::SCHEMA`].
    pub schema: u32,
    /// [`super::VERSION`].
    pub version: String,
    /// Digest of everything that determines the cell.
    pub cell: Digest,
    /// Digest of the model that was measured; none where there is none.
    pub model_digest: Option<Digest>,
    /// What it answers; none where the cell failed.
    pub measures: Option<CellMeasures>,
    /// Why there is no model, if there is none.
    pub failure: Option<String>,
    /// Single-sample backward passes of the forgetting alone; none for the original.
    pub backward_passes: Option<usize>,
    /// What the method was told or chose, by name; empty for trained models.
    pub choices: Map<String, Json>,
    /// How its settings were found, where they were searched for.
    pub search: Option<SearchRecord>,
    /// How far the Fisher diagonals that the method works with lie from the exact ones, where the
    /// experiment asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fisher: Option<FisherErrors>,
    /// Wall-clock time, the only part that differs from run to run.
    pub seconds: CellSeconds,
}

/// What the model of a cell answers on the test images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellMeasures {
    /// A_R: percent of the kept classes' images answered right.
    pub kept_accuracy_percent: f64,
    /// E_F: percent of the forgotten classes' images answered wrong.
    pub forgotten_error_percent: f64,
    /// The kept class that lost most against the original of the same seed.
    pub worst_kept: WorstKept,
    /// Percent of each class's images answered right, in the order of the outputs;
    /// none where there are no images.
    pub class_accuracy_percent: Vec<Option<f64>>,
}

/// A kept class and what it lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstKept {
    /// Its name.
    pub class: String,
    /// Percentage points that it lost; negative where every kept class gained.
    pub drop_points: f64,
}

/// How a method's settings were found on images held out of the training set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchRecord {
    /// The values that were tried of each setting.
    pub grid: Map<String, Json>,
    /// The budget: how many combinations were tried, all of the grid.
    pub trials: usize,
    /// How many of them the method refused, or left with weights that are not finite.
    pub failed_trials: usize,
    /// Images held out by which they were judged.
    pub validation_samples: usize,
    /// The combination with the highest score, the first of equals.
    pub chosen: Map<String, Json>,
    /// Its score: A_R + E_F on the images held out, in percent.
    pub score: f64,
}

/// Wall-clock seconds of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellSeconds {
    /// The forgetting alone; for the retrained model its training. None for the
    /// original, and where a training was interrupted.
    pub forgetting: Option<f64>,
    /// The search for settings, measures included.
    pub search: Option<f64>,
}

/// A cell's place in a comparison and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// What the experiment is called; empty in records of before it was told.
    #[serde(default)]
    pub experiment: String,
    /// The device that did the work.
    #[serde(default)]
    pub device: DeviceName,
    /// The original's name.
    pub original: String,
    /// What is varied of its training, by name.
    pub varied: Map<String, Json>,
    /// What it was trained and is measured on.
    pub data: DataSummary,
    /// Its network.
    pub architecture: Architecture,
    /// How it was trained; `seed` is the training seed.
    pub training: Map<String, Json>,
    /// The training seed.
    pub seed: u64,
    /// The classes that are forgotten.
    pub forgotten: Vec<String>,
    /// What the row of the table is called.
    pub row: String,
    /// The method's name in the catalog; none for trained models.
    pub method: Option<String>,
    /// The settings that the experiment gives the method; others take their defaults. Empty in records of before
    /// they were told.
    #[serde(default)]
    pub settings: Map<String, Json>,
    /// Whether it is there for comparison only and never the best.
    pub is_control: bool,
    /// The file of a trained model in the comparison's folder; none of models that a method
    /// made, which are not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_file: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub result: CellResult,
}

impl CellResult {
    /// The same without what differs from run to run.
    pub fn without_seconds(&self) -> Self {
        Self {
            seconds: CellSeconds::default(),
            ..self.clone()
        }
    }
}

impl CellMeasures {
    /// The measures of a model, beside those of the original that it was made from.
    ///
    /// None where there are no images of forgotten classes or none of kept ones.
    pub fn new(after: &Evaluation, original: &Evaluation, forgotten: &[usize]) -> Option<Self> {
        let pairs = after.classes.iter().zip(&original.classes).enumerate();
        let kept = pairs.filter(|(class, _)| !forgotten.contains(class));
        let drops = kept.filter_map(|(_, (after, before))| {
            let drop_points = before.accuracy_percent? - after.accuracy_percent?;
            let class = after.name.clone();
            Some(WorstKept { class, drop_points })
        });
        // Of equal drops the first class is named.
        let worst_kept =
            drops.reduce(|worst, next| match next.drop_points > worst.drop_points {
                true => next,
                false => worst,
            })?;
        let classes = after.classes.iter();
        Some(Self {
            kept_accuracy_percent: after.kept_accuracy_percent,
            forgotten_error_percent: after.forgotten_error_percent?,
            worst_kept,
            class_accuracy_percent: classes.map(|class| class.accuracy_percent).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_kept_class_is_the_one_that_lost_most() {
        let names = ["a", "b", "c"].map(String::from);
        let of = |confusion| Evaluation::from_confusion(confusion, &names, &[0]);
        let before = of(vec![vec![9, 1, 0], vec![0, 10, 0], vec![0, 2, 8]]);
        let after = of(vec![vec![0, 10, 0], vec![0, 9, 1], vec![0, 5, 5]]);
        let measures = CellMeasures::new(&after, &before, &[0]).unwrap();
        assert_eq!(measures.worst_kept.class, "c");
        assert!((measures.worst_kept.drop_points - 30.0).abs() < 1e-9);
        assert_eq!(measures.forgotten_error_percent, 100.0);
        let nothing = of(vec![vec![0, 0, 0], vec![0, 9, 1], vec![0, 5, 5]]);
        assert_eq!(CellMeasures::new(&nothing, &before, &[0]), None);
    }
}
