//! One audit of all models.

use serde::{Deserialize, Serialize};
use unlearn::audit::{About, Audit, Finding, Role, Subject, Verdict};

use super::FigureRow;

/// One audit of all models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// The audit's name.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What was asked, in plain words.
    pub question: String,
    /// How to read the answer.
    pub reading: String,
    /// Why it was not made, if it was not.
    pub skipped: Option<String>,
    /// What it says of traces in the model after the request.
    pub conclusion: Conclusion,
    /// The conclusion in a sentence.
    pub sentence: String,
    /// Its figures; the first is the one to look at.
    pub figures: Vec<FigureRow>,
    /// Per model, what pictures are drawn from, and notes.
    pub findings: Vec<Finding>,
    /// How long it took, what was read back included as it took then.
    pub seconds: f64,
}

/// What an audit says of traces in the model after the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// More is left than in any retrained model.
    Traces,
    /// It can find traces, for it finds them in the original, and it finds none
    /// here beyond the margin.
    NoTraces,
    /// Neither can be said: intervals too wide, or none.
    Undecided,
    /// It does not even tell the original from retrained models, so it says nothing.
    Blind,
    /// There is no retrained model to compare with.
    NoReference,
    /// It asks for something else than traces.
    NotAsked,
    /// It was not made.
    Skipped,
}

impl Conclusion {
    /// In few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Traces => "traces found",
            Self::NoTraces => "no traces found",
            Self::Undecided => "undecided",
            Self::Blind => "says nothing here",
            Self::NoReference => "cannot be concluded",
            Self::NotAsked => "not a verdict",
            Self::Skipped => "not made",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Traces => "More is left of the class than in any retrained model.",
            Self::NoTraces => {
                "No more is left of the class than in the retrained models, by an audit that does find it in the original."
            }
            Self::Undecided => {
                "It cannot be told whether more is left of the class than in retrained models: the intervals are too wide, \
                 or there are none."
            }
            Self::Blind => {
                "It does not even tell the original from retrained models, so that it finds nothing here means nothing."
            }
            Self::NoReference => {
                "Without a retrained model to compare with, nobody can say what of this is a trace of the class."
            }
            Self::NotAsked => "It says what was done, not what is left.",
            Self::Skipped => "It was not made.",
        }
    }
}

impl AuditEntry {
    /// What an audit found in all models, in their order.
    pub fn new(
        audit: &dyn Audit,
        subjects: &[Subject],
        mut findings: Vec<Finding>,
        seconds: f64,
    ) -> Self {
        let figures = FigureRow::of(subjects, &findings);
        // They stand in the rows.
        for finding in &mut findings {
            finding.figures.clear();
            finding.moves.clear();
        }
        let roles: Vec<Role> = subjects.iter().map(|subject| subject.role).collect();
        let conclusion = conclude(&figures, &roles);
        Self {
            conclusion,
            sentence: conclusion.sentence().to_owned(),
            figures,
            findings,
            seconds,
            ..Self::described(audit)
        }
    }

    /// An audit that cannot be made here.
    pub fn skipped(audit: &dyn Audit, reason: &str) -> Self {
        Self {
            skipped: Some(reason.to_owned()),
            sentence: reason.to_owned(),
            ..Self::described(audit)
        }
    }

    fn described(audit: &dyn Audit) -> Self {
        Self {
            name: audit.name().to_owned(),
            title: audit.title().to_owned(),
            question: audit.question().to_owned(),
            reading: audit.reading().to_owned(),
            skipped: None,
            conclusion: Conclusion::Skipped,
            sentence: String::new(),
            figures: Vec::new(),
            findings: Vec::new(),
            seconds: 0.0,
        }
    }
}

/// What an audit's figures of traces say together. A single one that finds a
/// trace suffices; those that do not tell the original from retrained models do
/// not count.
fn conclude(figures: &[FigureRow], roles: &[Role]) -> Conclusion {
    let verdict = |row: &FigureRow, role| row.of_role(roles, role).map(|(_, c)| c.verdict);
    let traces: Vec<&FigureRow> = figures
        .iter()
        .filter(|row| row.about == About::Trace)
        .collect();
    let after: Vec<(Verdict, bool)> = traces
        .iter()
        .filter_map(|row| {
            let sees = verdict(row, Role::Before) == Some(Verdict::ToldApart);
            Some((verdict(row, Role::After)?, sees))
        })
        .collect();
    let any = |wanted: Verdict| after.iter().any(|(verdict, _)| *verdict == wanted);
    match after.is_empty() {
        true if traces.is_empty() && !figures.is_empty() => Conclusion::NotAsked,
        true => Conclusion::NoReference,
        false if any(Verdict::ToldApart) => Conclusion::Traces,
        false
            if after
                .iter()
                .all(|(verdict, _)| *verdict == Verdict::NoReference) =>
        {
            Conclusion::NoReference
        }
        false if !after.iter().any(|(_, sees)| *sees) => Conclusion::Blind,
        false
            if after
                .iter()
                .any(|(verdict, sees)| *sees && *verdict == Verdict::Undecided) =>
        {
            Conclusion::Undecided
        }
        false => Conclusion::NoTraces,
    }
}

#[cfg(test)]
mod tests {
    use unlearn::audit::{Comparison, Estimate, Good, Unit};

    use super::*;

    const ROLES: [Role; 3] = [Role::Before, Role::After, Role::Retrained];

    fn row(about: About, verdicts: [Verdict; 2]) -> FigureRow {
        let comparison = |verdict| {
            Some(Comparison {
                verdict,
                excess: None,
            })
        };
        FigureRow {
            key: "a.b".into(),
            label: "a".into(),
            unit: Unit::Percent,
            about,
            good: Good::Low,
            margin: 10.0,
            estimates: vec![Some(Estimate::exact(1.0)); 3],
            comparisons: vec![
                comparison(verdicts[0]),
                comparison(verdicts[1]),
                comparison(Verdict::NoReference),
            ],
            sentence: String::new(),
        }
    }

    #[test]
    fn an_audit_that_is_blind_to_the_original_clears_nobody() {
        use Verdict::{NoReference, NotJudged, NotToldApart, ToldApart, Undecided};
        for (verdicts, expected) in [
            (vec![[ToldApart, NotToldApart]], Conclusion::NoTraces),
            (vec![[NotToldApart, NotToldApart]], Conclusion::Blind),
            (vec![[ToldApart, Undecided]], Conclusion::Undecided),
            (
                vec![[ToldApart, NotToldApart], [NotToldApart, Undecided]],
                Conclusion::NoTraces,
            ),
            (
                vec![[ToldApart, NotToldApart], [ToldApart, ToldApart]],
                Conclusion::Traces,
            ),
            (vec![[NotToldApart, ToldApart]], Conclusion::Traces),
            (vec![[NoReference, NoReference]], Conclusion::NoReference),
        ] {
            let rows: Vec<FigureRow> = verdicts
                .iter()
                .map(|verdicts| row(About::Trace, *verdicts))
                .collect();
            assert_eq!(conclude(&rows, &ROLES), expected, "{verdicts:?}");
        }
        let deed = [row(About::Deed, [NotJudged; 2])];
        assert_eq!(conclude(&deed, &ROLES), Conclusion::NotAsked);
    }
}
