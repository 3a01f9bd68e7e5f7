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
    /// The same, but it finds none in the control that only hides the class either.
    Outward,
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
            Self::Outward => "not seen from outside",
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
                "What is left of the class is no more than in the retrained models by as much as would matter, by an audit that \
                 does find it in the original and where it is only hidden."
            }
            Self::Outward => {
                "No more of the class shows than in the retrained models, but none shows in the bias shift either: what is \
                 only hidden and what was forgotten look alike to this audit."
            }
            Self::Undecided => {
                "It cannot be told whether more is left of the class than in retrained models: the intervals are too wide, \
                 or there are none."
            }
            Self::Blind => {
                "Not even in the original, which knows the class, is surely so much more of it found than in models that never \
                 saw it as would matter. So that nothing is found here means nothing."
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

    /// The figures that tell the model after the request from every retrained one, the surest first: that whose
    /// excess is largest, in margins, at the lower end of its interval.
    pub fn telling(&self, roles: &[Role]) -> Vec<&FigureRow> {
        let traces = self.figures.iter().filter(|row| row.about == About::Trace);
        let told = traces.filter_map(|row| {
            let (_, comparison) = row.of_role(roles, Role::After)?;
            let [low, _] = comparison.excess?.interval?;
            (comparison.verdict == Verdict::ToldApart).then_some((row, low / row.margin))
        });
        let mut told: Vec<(&FigureRow, f64)> = told.collect();
        told.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        told.into_iter().map(|(row, _)| row).collect()
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
/// not count; where none of the others tells the bias shift from them, hidden and forgotten look alike.
fn conclude(figures: &[FigureRow], roles: &[Role]) -> Conclusion {
    let verdict = |row: &FigureRow, role| row.of_role(roles, role).map(|(_, c)| c.verdict);
    let traces: Vec<&FigureRow> = figures
        .iter()
        .filter(|row| row.about == About::Trace)
        .collect();
    let sees = |row: &FigureRow, role| verdict(row, role) == Some(Verdict::ToldApart);
    let after = traces.iter().filter_map(|row| {
        let sees = sees(row, Role::Before);
        Some((verdict(row, Role::After)?, sees))
    });
    let after: Vec<(Verdict, bool)> = after.collect();
    let has_control = traces
        .iter()
        .any(|row| verdict(row, Role::BiasShift).is_some());
    let sees_hidden = traces
        .iter()
        .any(|row| sees(row, Role::Before) && sees(row, Role::BiasShift));
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
        false if has_control && !sees_hidden => Conclusion::Outward,
        false => Conclusion::NoTraces,
    }
}

#[cfg(test)]
mod tests {
    use unlearn::audit::{Comparison, Estimate, Good, Unit};

    use super::*;

    const ROLES: [Role; 3] = [Role::Before, Role::After, Role::Retrained];

    fn row(about: About, verdicts: &[Verdict]) -> FigureRow {
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
            estimates: vec![Some(Estimate::exact(1.0)); verdicts.len() + 1],
            comparisons: verdicts
                .iter()
                .chain([&Verdict::NoReference])
                .map(|verdict| comparison(*verdict))
                .collect(),
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
                .map(|verdicts| row(About::Trace, verdicts))
                .collect();
            assert_eq!(conclude(&rows, &ROLES), expected, "{verdicts:?}");
        }
        let deed = [row(About::Deed, &[NotJudged; 2])];
        assert_eq!(conclude(&deed, &ROLES), Conclusion::NotAsked);
    }

    #[test]
    fn an_audit_that_is_blind_to_what_is_hidden_clears_nobody_of_hiding() {
        use Verdict::{NotToldApart, ToldApart, Undecided};
        let roles = [Role::Before, Role::BiasShift, Role::After, Role::Retrained];
        for (verdicts, expected) in [
            (
                vec![[ToldApart, NotToldApart, NotToldApart]],
                Conclusion::Outward,
            ),
            (
                vec![[ToldApart, Undecided, NotToldApart]],
                Conclusion::Outward,
            ),
            (
                vec![[ToldApart, ToldApart, NotToldApart]],
                Conclusion::NoTraces,
            ),
            // Another figure sees it.
            (
                vec![
                    [ToldApart, NotToldApart, NotToldApart],
                    [ToldApart, ToldApart, NotToldApart],
                ],
                Conclusion::NoTraces,
            ),
            // One that is blind to the original sees nothing.
            (
                vec![
                    [ToldApart, NotToldApart, NotToldApart],
                    [Undecided, ToldApart, NotToldApart],
                ],
                Conclusion::Outward,
            ),
            (
                vec![[ToldApart, NotToldApart, ToldApart]],
                Conclusion::Traces,
            ),
        ] {
            let rows: Vec<FigureRow> = verdicts
                .iter()
                .map(|verdicts| row(About::Trace, verdicts))
                .collect();
            assert_eq!(conclude(&rows, &roles), expected, "{verdicts:?}");
        }
    }
}
