//! One move of parameters.

use serde::{Deserialize, Serialize};

use super::{CodeMeasures, Scope, Sign};

/// One move of parameters to forget classes, and what the codes said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The classes that it was for.
    pub classes: Vec<usize>,
    /// The part of the network that could move.
    pub scope: Scope,
    /// Which way.
    pub sign: Sign,
    /// The largest factor alpha of a tensor, or what bounded it.
    pub lambda1: f64,
    /// The largest move of one parameter. Where tensors move by strengths of their
    /// own, that of the one that moves furthest.
    pub lambda2: f64,
    /// Whether the codes were forgotten as far as was aimed at; where not, the
    /// automatic strength moves nothing. None where nothing was aimed at.
    pub reached: Option<bool>,
    /// What the codes said before, of these classes and the kept ones. Where
    /// the strength is automatic, a forgotten code's loss is that among its
    /// class and the kept ones.
    pub before: CodeMeasures,
    /// What they said afterwards.
    pub after: CodeMeasures,
    /// Percent of the blends of kept codes with noise to which another kept
    /// class answers than before; none where that takes more than the move itself and
    /// was not asked for.
    pub kept_blends_changed_percent: Option<f64>,
    /// The same at other strengths, the weakest first; empty unless asked for.
    pub curve: Vec<CurvePoint>,
}

impl Step {
    /// Whether it moved the classes' own outputs as strongly as the codes ask for.
    pub fn is_automatic_in_outputs(&self) -> bool {
        self.scope == Scope::Output && self.reached.is_some()
    }
}

/// What another strength would have done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The largest move of one parameter.
    pub lambda2: f64,
    /// What the codes would have said.
    pub codes: CodeMeasures,
    /// As in [`Step`].
    pub kept_blends_changed_percent: f64,
}
