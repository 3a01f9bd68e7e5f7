//! Margins of many models for the audits' own tests: drawn, and those of
//! `tests/golden/many_models.py` with what it makes of them.

use std::collections::BTreeMap;

use rand::Rng;
use rand_distr::StandardNormal;
use serde::Deserialize;
use unlearn_data::stream;

use super::groups::{Groups, PerImage, Scale, Summary};

/// `[model][image]`, each the mean plus a number of the model's own, of this deviation, and one of
/// the image's, of deviation 1.
pub(super) fn drawn(
    seed: u64,
    [models, images]: [usize; 2],
    mean: f64,
    deviation: f64,
) -> Vec<Vec<f64>> {
    let mut random = stream(seed, "margins");
    let drawn = (0..models).map(|_| {
        let of_model = mean + deviation * random.sample::<f64, _>(StandardNormal);
        let numbers = (0..images).map(|_| of_model + random.sample::<f64, _>(StandardNormal));
        numbers.collect()
    });
    drawn.collect()
}

#[derive(Deserialize)]
pub(super) struct Golden {
    tolerance: f64,
    size: usize,
    ours: Vec<Vec<f64>>,
    retrained: Vec<Vec<f64>>,
    cases: BTreeMap<String, Case>,
}

/// What comes of one number per image.
#[derive(Deserialize)]
struct Case {
    /// Of the first group of each kind.
    per_image: Vec<f64>,
    /// The value and its variance over models.
    audited: [f64; 2],
    own: [f64; 2],
}

impl Golden {
    pub fn read() -> Self {
        let text = include_str!("../../tests/golden/many_models.json");
        serde_json::from_str(text).unwrap_or_else(|error| unreachable!("a golden file: {error}"))
    }

    pub fn assert_agrees(
        &self,
        name: &str,
        measure: PerImage<'_>,
        summary: Summary<'_>,
        scale: Scale,
    ) {
        let case = &self.cases[name];
        let close = |got: f64, expected: f64| {
            let error = (got - expected).abs();
            let most = self.tolerance * expected.abs().max(1.0);
            assert!(error <= most, "{name}: {got}, {expected}");
        };
        let [ours, theirs] = [&self.ours, &self.retrained].map(|models| {
            let group = models[..self.size].iter();
            group.map(Vec::as_slice).collect::<Vec<_>>()
        });
        let per_image = measure(&ours, &theirs);
        assert_eq!(per_image.len(), case.per_image.len());
        let pairs = per_image.iter().zip(&case.per_image);
        pairs.for_each(|(got, expected)| close(*got, *expected));
        let order = [&self.ours, &self.retrained].map(|models| (0..models.len()).collect());
        let audited = Groups::audited_in(
            &self.ours,
            &self.retrained,
            self.size,
            std::slice::from_ref(&order),
        );
        let own = Groups::own_in(&self.retrained, self.size, &[order]);
        for (groups, [value, variance]) in [(audited, case.audited), (own, case.own)] {
            let estimate = groups.estimate(measure, summary, scale, 1);
            close(estimate.value, value);
            let parts = groups.parts(measure);
            let summaries: Vec<f64> = parts.iter().map(|part| summary(part)).collect();
            let over_models = groups.variance_over_models(measure, summary, scale, &summaries);
            close(over_models, variance);
        }
    }
}
