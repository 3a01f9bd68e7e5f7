//! U-LiRA: a likelihood-ratio attack per image, from many models.

use super::groups::{Groups, PerImage, Scale, mean, quantile};
use super::normal_fit::NormalFit;
use super::population::{Images, beside_retrained, obstacle};
use super::{About, Audit, Context, Curve, Figure, Finding, Good, Subject, Unit};

/// Whether models that learned an image and were made to forget it can be told from models that
/// never saw it, by their answer to that image (arXiv 2403.01218).
///
/// For each training image of the forgotten classes an attacker fits normal distributions to the margins of
/// forgotten models and of retrained ones, and scores a model by the logarithm of the ratio of their densities
/// at its margin ([`NormalFit`]; the paper fits a variance per image, of many more models). Of every pair of a
/// forgotten and a retrained model, **both are left out of the fits that judge them**. Hence, were the
/// forgotten models like retrained ones, either would have the higher score equally often: leaving
/// out one alone pulls the fit of its own kind away from it, and chance would lie below 1/2.
///
/// The figures are, over pairs and images, how often the forgotten model has the higher score (the area
/// under the ROC curve, ties counted half), and how often the sign of the score is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ulira;

/// Parts of the images at which the curve is drawn.
const STEPS: usize = 20;

impl Audit for Ulira {
    fn name(&self) -> &'static str {
        "ulira"
    }

    fn title(&self) -> &'static str {
        "Likelihood-ratio attack from many models (U-LiRA)"
    }

    fn question(&self) -> &'static str {
        "Can somebody who trains many models tell, by the answer to a single training image of the class, that it was \
         learned and then forgotten rather than never seen?"
    }

    fn reading(&self) -> &'static str {
        "0.5 is chance: the answers of models that forgot are spread as those of models that never saw the class. More means \
         that they can be told, be it because too much is left or because the class was pushed away further than never seeing \
         it does. The number for the retrained models, which stands with the first of them, comes from holding half of them against the \
         other half. It is a statement on the method, over the models of all seeds that were given, not on one model alone."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["ulira.auc", "ulira.accuracy"]
    }

    fn obstacle(&self, context: &Context<'_>) -> Option<&'static str> {
        obstacle(context)
    }

    fn is_relative(&self) -> bool {
        true
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let Some(groups) = beside_retrained(context, subject, Images::Forgotten) else {
            return Finding::default();
        };
        let estimate = |measure: PerImage<'_>| {
            groups.estimate(
                measure,
                &|numbers| mean(numbers),
                Scale::Share,
                context.seed,
            )
        };
        Finding {
            figures: vec![
                Figure {
                    key: "ulira.auc".into(),
                    label: "area under the ROC curve of telling by one image who learned it once"
                        .into(),
                    unit: Unit::Number,
                    about: About::Trace,
                    good: Good::Low,
                    margin: 0.1,
                    estimate: estimate(&areas),
                },
                Figure::percent_low(
                    "ulira.accuracy",
                    "models told right by one image as having learned it once or not",
                    estimate(&accuracies),
                ),
            ],
            curves: vec![by_image(
                &groups,
                "Area under the ROC curve by image, least to most exposed",
                "area under the ROC curve",
                &areas,
            )],
            ..Finding::default()
        }
    }
}

/// A number per image as a curve, the images in the order of it.
pub(super) fn by_image(groups: &Groups<'_>, title: &str, y: &str, measure: PerImage<'_>) -> Curve {
    let numbers = groups.per_image(measure);
    let points = (0..=STEPS).map(|step| {
        let part = step as f64 / STEPS as f64;
        [100.0 * part, quantile(&numbers, part)]
    });
    Curve {
        title: title.into(),
        x: "images, percent".into(),
        y: y.into(),
        places: Vec::new(),
        points: points.collect(),
    }
}

/// Per image, in how large a part of the pairs the first kind's model scores higher.
fn areas(ours: &[&[f64]], theirs: &[&[f64]]) -> Vec<f64> {
    over_pairs(ours, theirs, |our, their| half_at_0(our - their))
}

/// Per image, in how large a part of the pairs' models the sign of the score is right.
fn accuracies(ours: &[&[f64]], theirs: &[&[f64]]) -> Vec<f64> {
    over_pairs(ours, theirs, |our, their| {
        (half_at_0(our) + half_at_0(-their)) / 2.0
    })
}

/// 1 above 0, 0 below.
fn half_at_0(number: f64) -> f64 {
    match number {
        _ if number > 0.0 => 1.0,
        _ if number < 0.0 => 0.0,
        _ => 0.5,
    }
}

/// Per image the mean, over pairs of one model of each kind, of what `judge` says of their two scores.
fn over_pairs(ours: &[&[f64]], theirs: &[&[f64]], judge: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let [our_fits, their_fits] = [ours, theirs].map(|models| {
        let fits = (0..models.len()).map(|place| {
            let mut others = models.to_vec();
            others.remove(place);
            NormalFit::new(&others)
        });
        fits.collect::<Vec<_>>()
    });
    let mut sums = vec![0.0; ours[0].len()];
    for (our, our_fit) in ours.iter().zip(&our_fits) {
        for (their, their_fit) in theirs.iter().zip(&their_fits) {
            for (image, sum) in sums.iter_mut().enumerate() {
                let score = |number: f64| {
                    our_fit.log_density(image, number) - their_fit.log_density(image, number)
                };
                *sum += judge(score(our[image]), score(their[image]));
            }
        }
    }
    let pairs = (ours.len() * theirs.len()) as f64;
    sums.iter().map(|sum| sum / pairs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::test_margins::{Golden, drawn};

    fn slices(models: &[Vec<f64>]) -> Vec<&[f64]> {
        models.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn areas_and_accuracies_are_those_of_the_written_out_formulas() {
        let golden = Golden::read();
        golden.assert_agrees("area", &areas, &mean, Scale::Share);
        golden.assert_agrees("accuracy", &accuracies, &mean, Scale::Share);
    }

    #[test]
    fn of_many_models_the_area_is_that_of_two_bell_curves() {
        // Of N(1.5, 1) and N(0, 1): Phi(1.5 / sqrt(2)) and, at the middle, Phi(0.75).
        let (ours, theirs) = (drawn(1, [40, 60], 1.5, 0.0), drawn(2, [40, 60], 0.0, 0.0));
        let (ours, theirs) = (slices(&ours), slices(&theirs));
        let area = mean(&areas(&ours, &theirs));
        let accuracy = mean(&accuracies(&ours, &theirs));
        assert!((area - 0.8556).abs() < 0.015, "{area}");
        assert!((accuracy - 0.7734).abs() < 0.015, "{accuracy}");
        // The other way round it is told as well: the score learns the direction.
        let turned = mean(&areas(&theirs, &ours));
        assert!((turned - area).abs() < 1e-12, "{turned}");
    }

    /// With the judged model alone left out of the fits this would be near 0.4.
    #[test]
    fn equal_models_are_told_apart_by_chance_only_however_few_they_are() {
        let of_draw = |seed: u64| {
            let (ours, theirs) = (
                drawn(seed, [4, 20], 0.0, 1.0),
                drawn(1000 + seed, [4, 20], 0.0, 1.0),
            );
            let (ours, theirs) = (slices(&ours), slices(&theirs));
            [&areas as PerImage<'_>, &accuracies].map(|measure| mean(&measure(&ours, &theirs)))
        };
        let all: Vec<[f64; 2]> = (0..400).map(of_draw).collect();
        for measure in [0, 1] {
            let numbers: Vec<f64> = all.iter().map(|pair| pair[measure]).collect();
            assert!((mean(&numbers) - 0.5).abs() < 0.03, "{}", mean(&numbers));
        }
    }

    #[test]
    fn models_that_say_the_same_are_not_told_apart() {
        let models = vec![vec![1.0, 2.0]; 4];
        let models = slices(&models);
        assert_eq!(areas(&models, &models), [0.5, 0.5]);
        assert_eq!(accuracies(&models, &models), [0.5, 0.5]);
    }
}
