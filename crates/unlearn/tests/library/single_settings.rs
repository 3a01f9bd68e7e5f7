//! Single settings of methods do what is said of them.

use std::cell::Cell;

use super::small;
use serde_json::{Value as Json, json};
use unlearn::checkpoint::Model;
use unlearn::data::{Augmentation, Dataset};
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};
use unlearn::network::{Network, largest};
use unlearn::train::{Flow, TrainParameters, Trainer};
use unlearn::tune::{Samples, Steps, Watch, accuracy};

struct Place {
    model: Model,
    data: Dataset,
    recipe: Option<TrainParameters>,
}

impl Place {
    fn new() -> Self {
        Self {
            model: small::trained().0,
            data: small::data(),
            recipe: Some(small::parameters()),
        }
    }

    /// What a method with these settings does to some classes, and the steps that it told of.
    fn run(
        &self,
        classes: &[&str],
        name: &str,
        settings: &[(&str, Json)],
    ) -> Result<(Outcome, Steps), ForgetError> {
        let request = Request::new(&self.model, classes).unwrap();
        let last = Cell::new(Steps { done: 0, all: 0 });
        let watch = |steps| {
            last.set(steps);
            Flow::Continue
        };
        let job = Job::without_codes(&self.model, &request);
        let job = job.with_images(&self.data.train, Augmentation::default());
        let job = job.unwrap().with_watch(Watch::new(&watch)).with_seed(7);
        let job = match &self.recipe {
            Some(recipe) => job.with_recipe(recipe),
            None => job,
        };
        let settings = settings.iter();
        let settings = settings.map(|(name, value)| ((*name).to_owned(), value.clone()));
        let method = method(name, settings.collect()).unwrap();
        Ok((job.run(method.as_ref())?, last.get()))
    }

    /// The training images of some classes as the network sees them.
    fn images(&self, classes: &[usize]) -> Samples<'_> {
        let (shape, device) = (self.data.shape, self.model.network.device());
        let normalization = &self.model.metadata.normalization;
        let none = Samples::none("test", shape, normalization, 0, device);
        none.with_images(&self.data.train, classes)
    }

    fn class(&self, name: &str) -> usize {
        self.data.classes.find(name).unwrap()
    }
}

#[test]
fn ascent_that_stops_at_chance_ends_with_the_first_epoch_that_is_there() {
    let place = Place::new();
    // What so short a training knows best.
    let right = |class: &usize| accuracy(&place.model.network, &place.images(&[*class]));
    let known = (0..10).max_by(|one, other| right(one).total_cmp(&right(other)));
    let known = known.unwrap();
    let name = place.data.classes.get(known).unwrap();
    let images = place.images(&[known]);
    let ascent = |epochs: usize, stops: bool| {
        let settings = [
            ("epochs", json!(epochs)),
            ("learning_rate", json!(0.003)),
            ("statistics", json!("running")),
            ("stop_at_chance", json!(stops)),
            // All images are one batch, so that steps are epochs.
            ("batch_size", json!(16)),
        ];
        place.run(&[name], "gradient-ascent", &settings).unwrap()
    };
    let is_at_chance = |network: &Network| accuracy(network, &images) <= 0.1;
    assert!(!is_at_chance(&place.model.network));
    let (stopped, steps) = ascent(60, true);
    assert!((2..60).contains(&steps.done), "{steps:?}");
    assert!(is_at_chance(&stopped.model.network));
    let (whole, all) = ascent(steps.done, false);
    assert_eq!(all.done, steps.done);
    assert_eq!(whole.model.digest(), stopped.model.digest());
    let (shorter, _) = ascent(steps.done - 1, false);
    assert!(!is_at_chance(&shorter.model.network));
}

#[test]
fn the_recipes_seed_gives_the_trapezium_the_weights_before_training() {
    let mut place = Place::new();
    let run = |place: &Place, settings: &[(&str, Json)]| place.run(&["ring"], "ntk-f", settings);
    let layer = |network: &Network| -> Vec<f64> {
        let units = (0..10).flat_map(|class| {
            let unit = network.classifier_unit(class);
            unit.weights.into_iter().chain(unit.bias)
        });
        units.map(f64::from).collect()
    };
    let trained = layer(&place.model.network);
    let moved = |settings: &[(&str, Json)]| -> Vec<f64> {
        let (outcome, _) = run(&place, settings).unwrap();
        let pairs = layer(&outcome.model.network).into_iter().zip(&trained);
        pairs.map(|(after, before)| after - before).collect()
    };
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
    let delta = moved(&[("scale", json!(1.0))]);
    let square = dot(&delta, &delta);
    // The scale is 1 + 2 |delta . e| / |delta|^2, e less w_init where that is known.
    let along = |initial: &str| {
        let moved = moved(&[("initial", json!(initial))]);
        (dot(&moved, &delta) / square - 1.0) / 2.0 * square
    };
    let (mean, recipe) = (along("mean"), along("recipe"));
    let (metadata, device) = (small::metadata(&place.data), place.model.network.device());
    let train = &place.data.train;
    let trainer = Trainer::new(
        metadata,
        small::parameters(),
        train,
        place.data.digest,
        device,
    )
    .unwrap();
    let initial = dot(&layer(&trainer.model().network), &delta).abs();
    let (apart, together) = ((mean - recipe).abs(), mean + recipe);
    let error = (apart - initial).abs().min((together - initial).abs());
    assert!(initial > 1e-3 * square, "{initial} of {square}");
    assert!(error < 1e-3 * initial, "{mean} {recipe} {initial}");

    place.recipe = None;
    let error = run(&place, &[("initial", json!("recipe"))]).unwrap_err();
    assert!(matches!(error, ForgetError::Missing { .. }), "{error}");
    assert!(run(&place, &[]).is_ok());
}

#[test]
fn one_drawn_label_an_image_costs_one_backward_pass_an_image() {
    let place = Place::new();
    let passes = |labels: &str| {
        let settings = [("kept_per_class", json!(3)), ("labels", json!(labels))];
        let (outcome, _) = place.run(&["ring"], "sfdn", &settings).unwrap();
        outcome.backward_passes
    };
    assert_eq!(passes("sampled"), 9 * 3);
    assert_eq!(passes("all"), 10 * 9 * 3);
}

/// Much noise and little ridge make a kept row so long that its logits lie below -1000.
#[test]
fn what_was_removed_is_not_answered_however_low_the_kept_logits() {
    let place = Place::new();
    let kept = place.class("star");
    let names = place.data.classes.names().iter();
    let forgotten: Vec<&str> = names.map(String::as_str).filter(|n| *n != "star").collect();
    let settings = [("ridge", json!(1e-5)), ("noise", json!(1000.0))];
    let (outcome, _) = place
        .run(&forgotten, "certified-removal", &settings)
        .unwrap();
    let everything: Vec<usize> = (0..10).collect();
    let images = place.images(&everything);
    let batch = images.in_order(images.len()).next().unwrap();
    let logits = outcome.model.network.forward(batch.inputs).to_vec();
    let mut rows = logits.chunks_exact(10);
    assert!(rows.clone().any(|row| row[kept] < -1000.0));
    assert!(rows.all(|row| largest(row) == kept));
}
