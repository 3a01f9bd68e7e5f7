//! Limits that an audit is held to.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unlearn::audit::{AUDITS, Good, Role};

use super::{AuditEntry, FigureRow};

/// A limit: `KEY=LIMIT` for a figure itself, `KEY.excess=LIMIT` for by how much it
/// is worse than that of the nearest retrained model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditGate {
    /// The figure's key, with `.excess` where that is meant.
    pub key: String,
    /// The limit: the most where low is good, and of an excess; the least where
    /// high is good.
    pub limit: f64,
}

/// A text that is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuditGateError {
    /// It is not of the form.
    #[error("expected KEY=LIMIT as in relearn=0.9, found `{0}`")]
    Form(String),
    /// No audit has such a figure.
    #[error(
        "unknown figure `{found}`: expected one of {}, or one of these with `{EXCESS}`; N is a number of images, \
         LAYER a layer's name",
        keys.join(", ")
    )]
    Unknown {
        /// The key.
        found: String,
        /// The keys of all figures.
        keys: Vec<String>,
    },
}

/// What became of a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditGateResult {
    /// The limit.
    #[serde(flatten)]
    pub gate: AuditGate,
    /// The number that it was held to; none if there is no such figure.
    pub value: Option<f64>,
    /// Whether it was kept.
    pub passed: bool,
    /// What was found, a sentence.
    pub reason: String,
}

const EXCESS: &str = ".excess";

impl FromStr for AuditGate {
    type Err = AuditGateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || AuditGateError::Form(text.to_owned());
        let (key, limit) = text.split_once('=').ok_or_else(form)?;
        let limit: f64 = limit.parse().map_err(|_| form())?;
        if key.is_empty() || !limit.is_finite() {
            return Err(form());
        }
        let figure = key.strip_suffix(EXCESS).unwrap_or(key);
        if !AUDITS.iter().any(|audit| audit.can_have(figure)) {
            let keys = AUDITS.iter().flat_map(|audit| match audit.keys() {
                [] => vec![format!("{}.*", audit.name())],
                keys => keys.iter().map(ToString::to_string).collect(),
            });
            return Err(AuditGateError::Unknown {
                found: key.to_owned(),
                keys: keys.collect(),
            });
        }
        Ok(Self {
            key: key.to_owned(),
            limit,
        })
    }
}

impl AuditGate {
    /// Holds the model after the request to the limit. A figure that was not
    /// measured does not pass.
    pub fn hold(&self, audits: &[AuditEntry], roles: &[Role]) -> AuditGateResult {
        let key = self.key.strip_suffix(EXCESS).unwrap_or(&self.key);
        let is_excess = key.len() < self.key.len();
        let mut rows = audits.iter().flat_map(|audit| &audit.figures);
        let row = rows.find(|row| row.key == key);
        let value = row.and_then(|row| {
            let (estimate, comparison) = row.of_role(roles, Role::After)?;
            match is_excess {
                true => comparison.excess.map(|excess| excess.value),
                false => Some(estimate.value),
            }
        });
        let high_is_good = row.is_some_and(|row| row.good == Good::High) && !is_excess;
        let passed = value.is_some_and(|value| match high_is_good {
            true => value >= self.limit,
            false => value <= self.limit,
        });
        let reason = match row.zip(value) {
            Some((row, value)) => self.reason(row, value, high_is_good),
            None => not_measured(&self.key, audits),
        };
        AuditGateResult {
            gate: self.clone(),
            value,
            passed,
            reason,
        }
    }

    fn reason(&self, row: &FigureRow, value: f64, high_is_good: bool) -> String {
        let bound = if high_is_good { "at least" } else { "at most" };
        let (value, limit) = (row.unit_text(value), row.unit_text(self.limit));
        format!("{} is {value}, {bound} {limit} was demanded", self.key)
    }
}

/// That a figure was not measured, with those of its audit that were.
fn not_measured(key: &str, audits: &[AuditEntry]) -> String {
    let name = key.split('.').next().unwrap_or(key);
    let rows = audits.iter().filter(|audit| audit.name == name);
    let measured = rows
        .flat_map(|audit| &audit.figures)
        .map(|row| row.key.as_str());
    let measured: Vec<&str> = measured.collect();
    match measured.is_empty() {
        true => format!("{key} was not measured"),
        false => format!(
            "{key} was not measured; measured were {}",
            measured.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let gate: AuditGate = "relearn=0.9".parse().unwrap();
        assert_eq!((gate.key.as_str(), gate.limit), ("relearn", 0.9));
        for right in [
            "probe.fc1.excess=-5",
            "relearn.excess=0",
            "relearning.k5=3",
            "code.part=100",
        ] {
            assert!(right.parse::<AuditGate>().is_ok(), "{right}");
        }
        for (wrong, part) in [
            ("relearn", "KEY=LIMIT"),
            ("=1", "KEY=LIMIT"),
            ("relearn=much", "KEY=LIMIT"),
            ("relearn=inf", "KEY=LIMIT"),
            ("prope.fc1=3", "unknown figure"),
            ("probe=3", "unknown figure"),
            ("probe.=3", "unknown figure"),
            ("relearn.k5=3", "relearning.kN, relearning.steps, relearn,"),
            ("relearning.kfive=3", "unknown figure"),
            ("answers=3", "answers.forgotten, answers.kept"),
            ("answers.forgotten.excess.excess=3", "unknown figure"),
        ] {
            let error = wrong.parse::<AuditGate>().unwrap_err().to_string();
            assert!(error.contains(part), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_was_not_measured_does_not_pass() {
        let gate: AuditGate = "relearn=0.9".parse().unwrap();
        let result = gate.hold(&[], &[Role::After]);
        assert!(!result.passed && result.value.is_none());
        assert_eq!(result.reason, "relearn was not measured");
    }
}
