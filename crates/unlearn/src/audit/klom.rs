//! KLoM: the divergence of margins, from many models.

use super::groups::{Groups, Scale, quantile};
use super::normal_fit::NormalFit;
use super::population::{Images, beside_retrained, obstacle};
use super::ulira::by_image;
use super::{About, Audit, Context, Estimate, Figure, Finding, Good, Subject, Unit};

/// How far an image's margins, over models that forgot, are spread from those over models that never saw the
/// forgotten classes (arXiv 2410.23232): per image `KL(retrained | forgotten)` in nats, of which the
/// median and the 95th percentile over images are the figures.
///
/// The divergence is that of normal distributions with means m, n and variances v, w:
/// `(log(w / v) + (v + (m - n)^2) / w - 1) / 2` ([`NormalFit`]). The paper counts in 20 bins over 100 models, which
/// of a few models would be empty nearly everywhere. With few models it is above 0 by
/// chance, for retrained models just the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Klom;

/// The divergence of two normal distributions that lie one deviation apart.
const MARGIN: f64 = 0.5;
const TAIL: f64 = 0.95;

impl Audit for Klom {
    fn name(&self) -> &'static str {
        "klom"
    }

    fn title(&self) -> &'static str {
        "Divergence of margins over many models (KLoM)"
    }

    fn question(&self) -> &'static str {
        "Over many training seeds, is each image answered as clearly, and as variedly, as by models that never saw the \
         class?"
    }

    fn reading(&self) -> &'static str {
        "0 nats would be the very same distribution; 0.5 nats are two bell curves one deviation apart; which side is not said: \
         a class that was pushed away too far differs as well as one of which too much is left. A few models differ by \
         chance, so the yardstick is half of the retrained models against the other half, which stands with the first \
         of them. Kept images show what the method did to the other classes."
    }

    fn keys(&self) -> &'static [&'static str] {
        &[
            "klom.median",
            "klom.tail",
            "klom.kept-median",
            "klom.kept-tail",
        ]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        obstacle(context)
    }

    fn is_relative(&self) -> bool {
        true
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let groups = |images| beside_retrained(context, subject, images);
        let Some((forgotten, kept)) = groups(Images::Forgotten).zip(groups(Images::Kept)) else {
            return Finding::default();
        };
        let figure = |key: &str, label: &str, about, estimate: Estimate| Figure {
            key: key.into(),
            label: label.into(),
            unit: Unit::Number,
            about,
            good: Good::Low,
            margin: MARGIN,
            estimate,
        };
        let at = |groups: &Groups<'_>, part: f64| {
            groups.estimate(
                &divergences,
                &|numbers| quantile(numbers, part),
                Scale::Divergence,
                context.seed,
            )
        };
        Finding {
            figures: vec![
                figure(
                    "klom.median",
                    "divergence from the retrained models in nats, median image of the forgotten classes",
                    About::Trace,
                    at(&forgotten, 0.5),
                ),
                figure(
                    "klom.tail",
                    "divergence from the retrained models in nats, 95th percentile of images of the forgotten classes",
                    About::Trace,
                    at(&forgotten, TAIL),
                ),
                figure(
                    "klom.kept-median",
                    "divergence from the retrained models in nats, median image of the kept classes",
                    About::Harm,
                    at(&kept, 0.5),
                ),
                figure(
                    "klom.kept-tail",
                    "divergence from the retrained models in nats, 95th percentile of images of the kept classes",
                    About::Harm,
                    at(&kept, TAIL),
                ),
            ],
            curves: vec![by_image(
                &forgotten,
                "Divergence of margins by image of the forgotten classes, least to most",
                "nats",
                &divergences,
            )],
            ..Finding::default()
        }
    }
}

/// Per image the divergence of the retrained models' margins from ours.
fn divergences(ours: &[&[f64]], retrained: &[&[f64]]) -> Vec<f64> {
    let [ours, retrained] = [ours, retrained].map(NormalFit::new);
    let means = retrained.means.iter().zip(&ours.means);
    let divergences = means.map(|(retrained_mean, our_mean)| {
        divergence(
            [*retrained_mean, retrained.variance],
            [*our_mean, ours.variance],
        )
    });
    divergences.collect()
}

/// The Kullback-Leibler divergence of a normal distribution, of a mean and a variance, from another.
fn divergence([mean, variance]: [f64; 2], [other_mean, other_variance]: [f64; 2]) -> f64 {
    let moved = (variance + (mean - other_mean).powi(2)) / other_variance;
    ((other_variance / variance).ln() + moved - 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::groups::mean;
    use crate::audit::test_margins::{Golden, drawn};

    #[test]
    fn divergences_are_those_of_the_written_out_formulas() {
        let golden = Golden::read();
        let at = |part: f64| move |numbers: &[f64]| quantile(numbers, part);
        golden.assert_agrees("median", &divergences, &at(0.5), Scale::Divergence);
        golden.assert_agrees("tail", &divergences, &at(TAIL), Scale::Divergence);
    }

    #[test]
    fn the_closed_form_is_the_integral() {
        for (one, other) in [
            ([0.0, 1.0], [0.0, 1.0]),
            ([1.0, 2.0], [-0.5, 0.5]),
            ([0.3, 0.5], [2.0, 4.0]),
        ] {
            let log_density = |[mean, variance]: [f64; 2], x: f64| {
                -0.5 * ((std::f64::consts::TAU * variance).ln() + (x - mean).powi(2) / variance)
            };
            let step = 1e-3;
            let integral = (-20_000..20_000).map(|place| {
                let x = f64::from(place) * step;
                let (p, q) = (log_density(one, x), log_density(other, x));
                p.exp() * (p - q) * step
            });
            let integral: f64 = integral.sum();
            let closed = divergence(one, other);
            assert!((integral - closed).abs() < 1e-6, "{integral} {closed}");
        }
        // One deviation apart: the margin of the figures.
        assert!((divergence([0.0, 4.0], [2.0, 4.0]) - MARGIN).abs() < 1e-12);
    }

    #[test]
    fn of_many_models_the_divergence_is_that_of_the_distributions() {
        let (ours, retrained) = (drawn(1, [300, 50], 2.0, 0.0), drawn(2, [300, 50], 0.0, 0.0));
        let ours: Vec<&[f64]> = ours.iter().map(Vec::as_slice).collect();
        let retrained: Vec<&[f64]> = retrained.iter().map(Vec::as_slice).collect();
        let found = mean(&divergences(&ours, &retrained));
        // 2^2 / 2, and 1 / 300 by chance.
        assert!((found - 2.0).abs() < 0.06, "{found}");
    }
}
