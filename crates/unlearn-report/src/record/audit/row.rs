//! One figure of all models.

use serde::{Deserialize, Serialize};
use unlearn::audit::{
    About, Comparison, Estimate, Finding, Good, Measured, Role, Subject, Unit, Verdict,
};

/// One figure of all models, in the record's order of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureRow {
    /// Its name within all audits.
    pub key: String,
    /// What it is.
    pub label: String,
    /// What it is counted in.
    pub unit: Unit,
    /// What it is evidence of.
    pub about: About,
    /// Which way is good.
    pub good: Good,
    /// The smallest difference that matters, in its unit.
    pub margin: f64,
    /// Per model; none where it has no such figure.
    pub estimates: Vec<Option<Estimate>>,
    /// Per model, beside the retrained models; a retrained one beside the others.
    pub comparisons: Vec<Option<Comparison>>,
    /// What it says of the model after the request, in a sentence.
    pub sentence: String,
}

impl FigureRow {
    /// The rows of all figures that any of the findings has.
    pub(super) fn of(subjects: &[Subject], findings: &[Finding]) -> Vec<Self> {
        let mut keys: Vec<&str> = Vec::new();
        // The model after the request says in which order.
        let after = subjects.iter().position(|s| s.role == Role::After);
        let order = after.into_iter().chain(0..findings.len());
        for figure in order.flat_map(|place| &findings[place].figures) {
            if !keys.contains(&figure.key.as_str()) {
                keys.push(&figure.key);
            }
        }
        let rows = keys.into_iter();
        rows.filter_map(|key| Self::new(key, subjects, findings))
            .collect()
    }

    fn new(key: &str, subjects: &[Subject], findings: &[Finding]) -> Option<Self> {
        let figures: Vec<Option<Measured<'_>>> = findings.iter().map(|f| f.measured(key)).collect();
        let first = figures.iter().flatten().next()?.figure;
        let comparisons = figures.iter().enumerate().map(|(place, figure)| {
            let retrained = figures.iter().zip(subjects).enumerate();
            let retrained = retrained
                .filter(|(other, (_, subject))| *other != place && subject.role == Role::Retrained);
            let retrained: Vec<Measured<'_>> = retrained.filter_map(|(_, (f, _))| *f).collect();
            figure.map(|figure| Comparison::new(figure, &retrained))
        });
        let mut row = Self {
            key: key.to_owned(),
            label: first.label.clone(),
            unit: first.unit,
            about: first.about,
            good: first.good,
            margin: first.margin,
            comparisons: comparisons.collect(),
            estimates: figures
                .iter()
                .map(|f| f.map(|f| f.figure.estimate))
                .collect(),
            sentence: String::new(),
        };
        row.sentence = row.sentence(subjects);
        Some(row)
    }

    /// The estimate and the verdict of the first model of a role.
    pub fn of_role(&self, roles: &[Role], role: Role) -> Option<(&Estimate, &Comparison)> {
        let place = roles.iter().position(|of| *of == role)?;
        let pair = self.estimates[place].as_ref();
        pair.zip(self.comparisons[place].as_ref())
    }

    /// The smallest and the largest value of the retrained models.
    pub fn retrained_range(&self, roles: &[Role]) -> Option<[f64; 2]> {
        let pairs = self.estimates.iter().zip(roles);
        let values = pairs.filter(|(_, role)| **role == Role::Retrained);
        let values = values.filter_map(|(estimate, _)| estimate.map(|e| e.value));
        values.fold(None, |range, value| match range {
            None => Some([value; 2]),
            Some([low, high]) => Some([low.min(value), high.max(value)]),
        })
    }

    fn sentence(&self, subjects: &[Subject]) -> String {
        let roles: Vec<Role> = subjects.iter().map(|subject| subject.role).collect();
        let Some((after, comparison)) = self.of_role(&roles, Role::After) else {
            return "The model after the request has no such figure.".into();
        };
        let number = |value: f64| self.unit_text(value);
        let after = number(after.value);
        let range =
            self.retrained_range(&roles)
                .map(|[low, high]| match number(low) == number(high) {
                    true => number(low),
                    false => format!("{} to {}", number(low), number(high)),
                });
        let range = range.unwrap_or_default();
        let what = match self.about {
            About::Trace => "more is left of the class than in any retrained model",
            About::Harm => "the kept classes are worse off than in any retrained model",
            About::Deed => "",
        };
        match comparison.verdict {
            Verdict::ToldApart => {
                format!("{after} after the request, {range} retrained: told apart, {what}.")
            }
            Verdict::NotToldApart => format!(
                "{after} after the request, {range} retrained: not told apart (less than {} worse).",
                number(self.margin)
            ),
            Verdict::Undecided if comparison.excess.is_some_and(|e| e.interval.is_none()) => {
                format!(
                    "{after} after the request, {range} retrained: undecided, there is no interval."
                )
            }
            Verdict::Undecided => format!(
                "{after} after the request, {range} retrained: undecided, the intervals are too wide for {}.",
                number(self.margin)
            ),
            Verdict::NoReference => {
                format!("{after} after the request; nothing to compare it with.")
            }
            Verdict::NotJudged => format!("{after} after the request."),
        }
    }

    /// A number in the figure's unit.
    pub fn unit_text(&self, value: f64) -> String {
        match self.unit {
            Unit::Percent => format!("{value:.1} %"),
            Unit::Points => format!("{value:.1} points"),
            Unit::Steps => format!("{value:.1} steps"),
            Unit::Number => format!("{value:.3}"),
        }
    }
}
