//! What a figure says of a model beside models that never saw the class.

use serde::{Deserialize, Serialize};

use super::resample::correlation;
use super::{About, Estimate, Good, Measured};

/// A model's figure beside those of the retrained models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What it says.
    pub verdict: Verdict,
    /// By how much the figure is worse than that of the retrained model nearest
    /// to it, in the figure's unit; none without such models.
    pub excess: Option<Estimate>,
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Worse than every retrained model by at least the margin, and by an
    /// interval that leaves out 0.
    ToldApart,
    /// If it is worse than every retrained model, then by less than the margin.
    NotToldApart,
    /// The interval holds both, or there is none.
    Undecided,
    /// There is no retrained model, or none that has this figure.
    NoReference,
    /// The figure says what was done, not whether that is good.
    NotJudged,
}

impl Comparison {
    /// Compares a model's figure with the same figure of retrained models.
    ///
    /// The excess is over the retrained model that is nearest on the bad side:
    /// the largest of them where low is good. If the model were one more that
    /// was retrained, then of N + 1 equals it would be the worst with
    /// probability 1 / (N + 1) at most; margin and interval make a false alarm
    /// rarer than that. The models were asked for the same images, so the excess's interval is that
    /// of a paired difference ([`Estimate::minus_alike`]). Without an interval nothing is
    /// decided.
    pub fn new(measured: Measured<'_>, retrained: &[Measured<'_>]) -> Self {
        let figure = measured.figure;
        let excesses = retrained.iter().map(|other| {
            let [ours, theirs] = [figure, other.figure].map(|figure| figure.estimate);
            let correlation = correlation(measured.moves, other.moves);
            match figure.good {
                Good::High => theirs.minus_alike(ours, correlation),
                Good::Low => ours.minus_alike(theirs, correlation),
            }
        });
        let nearest = excesses.min_by(|a, b| a.value.total_cmp(&b.value));
        let Some(excess) = nearest else {
            let verdict = match figure.about {
                About::Deed => Verdict::NotJudged,
                About::Trace | About::Harm => Verdict::NoReference,
            };
            return Self {
                verdict,
                excess: None,
            };
        };
        let verdict = match (figure.about, excess.interval) {
            (About::Deed, _) => Verdict::NotJudged,
            (_, Some([low, _])) if excess.value >= figure.margin && low > 0.0 => Verdict::ToldApart,
            (_, Some([_, high])) if high < figure.margin => Verdict::NotToldApart,
            _ => Verdict::Undecided,
        };
        Self {
            verdict,
            excess: Some(excess),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Figure, Unit};

    fn judge(figure: &Figure, retrained: &[Figure]) -> Comparison {
        let measured = |figure| Measured { figure, moves: &[] };
        let retrained: Vec<Measured<'_>> = retrained.iter().map(measured).collect();
        Comparison::new(measured(figure), &retrained)
    }

    fn figure(good: Good, value: f64, half: f64) -> Figure {
        about(About::Trace, good, value, half)
    }

    fn about(about: About, good: Good, value: f64, half: f64) -> Figure {
        Figure {
            key: "a.b".into(),
            label: "a".into(),
            unit: Unit::Percent,
            about,
            good,
            margin: 10.0,
            estimate: Estimate::within(value, [value - half, value + half]),
        }
    }

    #[test]
    fn only_what_is_worse_than_every_retrained_model_is_told_apart() {
        let retrained = [figure(Good::Low, 10.0, 3.0), figure(Good::Low, 30.0, 3.0)];
        for (value, half, expected) in [
            (60.0, 3.0, Verdict::ToldApart),
            (38.0, 3.0, Verdict::Undecided),
            (20.0, 3.0, Verdict::NotToldApart),
            (0.0, 3.0, Verdict::NotToldApart),
            (60.0, 50.0, Verdict::Undecided),
        ] {
            let comparison = judge(&figure(Good::Low, value, half), &retrained);
            assert_eq!(comparison.verdict, expected, "{value} {half}");
            assert_eq!(comparison.excess.unwrap().value, value - 30.0);
        }
    }

    #[test]
    fn where_high_is_good_the_lowest_counts() {
        let retrained = [figure(Good::High, 70.0, 2.0), figure(Good::High, 90.0, 2.0)];
        let judge = |value| judge(&figure(Good::High, value, 2.0), &retrained).verdict;
        assert_eq!(judge(50.0), Verdict::ToldApart);
        assert_eq!(judge(71.0), Verdict::NotToldApart);
    }

    #[test]
    fn without_a_retrained_model_nothing_is_concluded() {
        let judge = |matter| judge(&about(matter, Good::Low, 50.0, 2.0), &[]).verdict;
        assert_eq!(judge(About::Trace), Verdict::NoReference);
        assert_eq!(judge(About::Deed), Verdict::NotJudged);
    }

    #[test]
    fn without_an_interval_nothing_is_decided() {
        let retrained = [figure(Good::Low, 10.0, 3.0)];
        for value in [10.0, 90.0] {
            let mut model = figure(Good::Low, value, 3.0);
            model.estimate = Estimate::exact(value);
            assert_eq!(judge(&model, &retrained).verdict, Verdict::Undecided);
            model.estimate = Estimate::certain(value);
            assert_ne!(judge(&model, &retrained).verdict, Verdict::Undecided);
        }
    }

    /// Both are uncertain by much, but by the same.
    #[test]
    fn what_moves_both_models_alike_does_not_hide_their_difference() {
        let (model, retrained) = (figure(Good::Low, 45.0, 12.0), figure(Good::Low, 30.0, 12.0));
        let moves = [1.0, 4.0, 2.0, 3.0];
        let judge = |theirs: &[f64]| {
            let [model, other] = [(&model, &moves[..]), (&retrained, theirs)]
                .map(|(figure, moves)| Measured { figure, moves });
            Comparison::new(model, &[other]).verdict
        };
        assert_eq!(judge(&moves), Verdict::ToldApart);
        assert_eq!(judge(&[1.0, 1.0, 2.0, 1.0]), Verdict::Undecided);
        assert_eq!(judge(&[]), Verdict::Undecided);
    }
}
