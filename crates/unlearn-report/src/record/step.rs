//! One move of parameters.

use serde::{Deserialize, Serialize};
use unlearn::forget::{CodeMeasures, CurvePoint, Scope, Sign, Step};

/// One move of parameters by the codes, with the names of its classes; the
/// keys are those of [`Step`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The classes that it was for.
    pub classes: Vec<String>,
    /// The part of the network that could move.
    pub scope: Scope,
    /// Which way.
    pub sign: Sign,
    /// The bound of the factor alpha.
    pub lambda1: f64,
    /// The largest move of one parameter.
    pub lambda2: f64,
    /// Whether the codes were forgotten as far as was aimed at; none where
    /// nothing was aimed at.
    pub reached: Option<bool>,
    /// What the codes said before.
    pub before: CodeMeasures,
    /// What they said afterwards.
    pub after: CodeMeasures,
    /// Percent of the blends of kept codes with noise to which another kept
    /// class answers than before; none where that was not asked for.
    pub kept_blends_changed_percent: Option<f64>,
    /// What other strengths would have done, the weakest first; only in dry runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
}

impl StepRecord {
    pub(super) fn new(step: &Step, names: &[String]) -> Self {
        let classes = step.classes.iter();
        Self {
            classes: classes.map(|class| names[*class].clone()).collect(),
            scope: step.scope,
            sign: step.sign,
            lambda1: step.lambda1,
            lambda2: step.lambda2,
            reached: step.reached,
            before: step.before,
            after: step.after,
            kept_blends_changed_percent: step.kept_blends_changed_percent,
            curve: step.curve.clone(),
        }
    }
}
