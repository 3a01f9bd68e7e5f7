//! What every method in the catalog must do.

use std::cell::Cell;
use std::path::Path;

use super::small;
use serde_json::{Map, Value as Json, json};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::data::{Augmentation, Dataset};
use unlearn::forget::{
    CATALOG, CatalogEntry, ForgetError, Job, Method, Need, Outcome, Request, method,
};
use unlearn::network::Device;
use unlearn::train::{Flow, TrainParameters};
use unlearn::tune::Watch;

/// All that any method may need.
struct Workplace {
    model: Model,
    codes: Codebook,
    data: Dataset,
    recipe: TrainParameters,
}

impl Workplace {
    fn new() -> Self {
        let (model, codes) = small::trained();
        Self {
            model,
            codes,
            data: small::data(),
            recipe: small::parameters(),
        }
    }

    /// A job with everything at hand.
    fn job<'a>(&'a self, request: &'a Request) -> Job<'a> {
        let job = Job::new(&self.model, &self.codes, request).unwrap();
        self.complete(job)
    }

    fn complete<'a>(&'a self, job: Job<'a>) -> Job<'a> {
        let augmentation = Augmentation {
            pad_crop: 2,
            flip: true,
        };
        let job = job.with_images(&self.data.train, augmentation);
        job.unwrap().with_recipe(&self.recipe).with_seed(7)
    }

    fn request(&self, classes: &[&str]) -> Request {
        Request::new(&self.model, classes).unwrap()
    }
}

/// A method with its defaults, but so that it takes a moment only.
fn quick(entry: &CatalogEntry) -> Box<dyn Method> {
    let small = [
        ("epochs", json!(2)),
        ("batch_size", json!(16)),
        // Of so few images none stands out tenfold.
        ("alpha", json!(0.9)),
        ("noise_images", json!(4)),
        ("noise_steps", json!(2)),
        ("noise_copies", json!(2)),
        ("kept_per_class", json!(5)),
        ("kept_noise_steps", json!(1)),
        ("student_steps", json!(2)),
        ("images_per_class", json!(3)),
        // So few steps leave no entry of a mask at 0.
        ("mask_epochs", json!(3)),
        ("used_above", json!(0.99999)),
    ];
    let known = (entry.defaults)();
    let small = small
        .into_iter()
        .filter(|(name, _)| known.contains_key(*name));
    let settings = small.map(|(name, value)| (name.to_owned(), value));
    method(entry.name, settings.collect()).unwrap()
}

fn uses_images(entry: &CatalogEntry) -> bool {
    let images = [Need::KeptImages, Need::ForgottenImages];
    entry.needs.iter().any(|need| images.contains(need))
}

/// Whether it makes images itself and trains on them.
fn trains_on_noise(entry: &CatalogEntry) -> bool {
    let made = ["noise_images", "student_steps"];
    let defaults = (entry.defaults)();
    made.iter().any(|name| defaults.contains_key(*name))
}

/// Methods that go step by step.
fn stepping() -> impl Iterator<Item = &'static CatalogEntry> {
    let entries = CATALOG.iter();
    entries.filter(|entry| uses_images(entry) || trains_on_noise(entry))
}

#[test]
fn the_same_request_gives_the_same_bits_and_leaves_the_model_alone() {
    let place = Workplace::new();
    let before = place.model.to_bytes();
    for entry in CATALOG {
        for classes in [&["circle"][..], &["star", "heart", "0"]] {
            let request = place.request(classes);
            let job = place.job(&request);
            let [one, other] = [0, 1].map(|_| job.run(quick(entry).as_ref()).unwrap());
            let name = entry.name;
            assert_eq!(one.model.to_bytes(), other.model.to_bytes(), "{name}");
            assert_eq!(place.model.to_bytes(), before, "{name} changed its input");
            assert_ne!(one.model.to_bytes(), before, "{name} did nothing");
        }
    }
}

/// Methods that go step by step and in which nothing is left to chance.
const DETERMINISTIC: [&str; 3] = ["ssd", "lfssd", "ntk-f"];

/// Methods that find no gradient.
const FORWARD_ONLY: [&str; 5] = [
    "transplant",
    "ntk-f",
    "certified-removal",
    "bias-shift",
    "zero-unit",
];

#[test]
fn another_seed_gives_other_bits_where_anything_is_drawn() {
    let place = Workplace::new();
    let request = place.request(&["circle"]);
    for entry in stepping() {
        let digests = [1, 2].map(|seed| {
            let job = place.job(&request).with_seed(seed);
            job.run(quick(entry).as_ref()).unwrap().model.digest()
        });
        let is_drawn = !DETERMINISTIC.contains(&entry.name);
        assert_eq!(digests[0] != digests[1], is_drawn, "{}", entry.name);
    }
}

#[test]
fn the_outcome_says_what_was_done() {
    let place = Workplace::new();
    let model = &place.model;
    let request = place.request(&["ring"]);
    for entry in CATALOG {
        let outcome = place.job(&request).run(quick(entry).as_ref()).unwrap();
        let name = entry.name;
        assert_eq!(outcome.method, name);
        assert_eq!(outcome.model.metadata.forgotten, ["ring"]);
        assert_eq!(outcome.model.metadata.forgotten_by["ring"], name);
        assert_eq!(outcome.model.metadata.origin, Some(model.digest()));
        assert!(outcome.largest_change() > 0.0);
        assert_eq!(outcome.classes.len(), 1, "{name}: the codes were asked");
        let chosen = outcome.choices.contains_key("strength");
        assert_eq!(chosen, !outcome.steps.is_empty(), "{name}: who chose");
        // Running statistics follow images, or noise in their place; else they stay.
        let moved = |change: &unlearn::forget::Change| change.name.contains("running");
        if !uses_images(entry) && !trains_on_noise(entry) {
            assert!(!outcome.changes.iter().any(moved), "{name}: a buffer moved");
            assert!(outcome.parameters_changed() <= model.network.trained_element_count());
        }
        let costs = outcome.backward_passes > 0;
        let is_free = FORWARD_ONLY.contains(&name);
        assert_eq!(costs, !is_free, "{name}: passes are counted");
    }
}

#[test]
fn what_is_told_of_a_method_can_be_given_to_it() {
    for entry in CATALOG {
        let defaults = (entry.defaults)();
        let built = method(entry.name, defaults.clone()).unwrap();
        assert_eq!(built.name(), entry.name);
        for text in [entry.summary, entry.source] {
            assert!(!text.is_empty() && !text.contains('\n'), "{}", entry.name);
        }
        let unknown = Map::from_iter([("no_such_setting".to_owned(), json!(1))]);
        let error = method(entry.name, unknown).err().unwrap().to_string();
        assert!(error.contains("no_such_setting"), "{error}");
        // No number of any method may be infinitely large or a word.
        for (name, value) in defaults {
            if !value.is_number() {
                continue;
            }
            let wrong = Map::from_iter([(name.clone(), json!("much"))]);
            assert!(method(entry.name, wrong).is_err(), "{}: {name}", entry.name);
            let negative = Map::from_iter([(name.clone(), json!(-1.5))]);
            assert!(
                method(entry.name, negative).is_err(),
                "{}: {name}",
                entry.name
            );
        }
    }
}

/// Counts that have no default.
const OPTIONAL_COUNTS: [&str; 3] = ["noise_used", "kept_per_class", "class_shards"];

#[test]
fn counts_beyond_all_bounds_are_refused_by_name() {
    let message = |name: &str, settings: &[(&str, u64)]| {
        let settings = settings
            .iter()
            .map(|(name, n)| ((*name).to_owned(), json!(n)));
        let refused = method(name, settings.collect()).err();
        refused.map(|error| error.to_string()).unwrap_or_default()
    };
    for entry in CATALOG {
        for (name, value) in (entry.defaults)() {
            if value.is_u64() || OPTIONAL_COUNTS.contains(&&*name) {
                let message = message(entry.name, &[(&name, 1_000_000_000_000_000)]);
                let expected = format!("method `{}`: {name}: expected", entry.name);
                assert!(message.starts_with(&expected), "{expected}: {message}");
            }
        }
    }
    // Each is allowed, but not as many copies of as many images.
    let many = [("noise_images", 1024), ("noise_copies", 1025)];
    let some = [many[0], many[1], ("noise_used", 1023)];
    for name in ["fast-mu", "error-noise"] {
        assert!(message(name, &many).contains("noise_copies: expected at most"));
        assert_eq!(message(name, &some), "");
    }
}

#[test]
fn what_a_method_needs_is_named_where_it_is_missing() {
    let place = Workplace::new();
    let request = place.request(&["star"]);
    let kept = place.data.train.without_classes(request.forgotten());
    let forgotten = place.data.train.of_classes(request.forgotten());
    let bare = Job::without_codes(&place.model, &request);
    let with = |images| bare.with_images(images, Augmentation::default()).unwrap();
    for entry in CATALOG {
        let (name, run) = (entry.name, |job: Job<'_>| job.run(quick(entry).as_ref()));
        if entry.needs.is_empty() {
            let outcome = run(bare).unwrap();
            assert!(outcome.codes.is_none() && outcome.classes.is_empty());
            continue;
        }
        let message = run(bare).unwrap_err().to_string();
        for need in entry.needs {
            assert!(message.contains(&need.to_string()), "{name}: {message}");
            let without = match need {
                Need::Codes => place.complete(bare),
                Need::KeptImages => with(&forgotten).with_recipe(&place.recipe),
                Need::ForgottenImages => with(&kept).with_recipe(&place.recipe),
                Need::Recipe => with(&place.data.train),
            };
            match run(without).unwrap_err() {
                ForgetError::Missing { method, missing } => {
                    assert_eq!(method, name);
                    assert!(missing.contains(&need.to_string()), "{name}: {missing}");
                }
                error => panic!("{name}: {error}"),
            }
        }
    }
}

#[test]
fn methods_without_codes_work_on_models_that_never_had_any() {
    let mut place = Workplace::new();
    place.model.metadata.unplanted = place.model.metadata.classes.names().to_vec();
    let request = place.request(&["star"]);
    assert_eq!(request.kept().len(), 9);
    let error = Job::new(&place.model, &place.codes, &request).unwrap_err();
    assert!(matches!(error, ForgetError::NeverPlanted { .. }), "{error}");
    for entry in CATALOG {
        let job = place.complete(Job::without_codes(&place.model, &request));
        let outcome = job.run(quick(entry).as_ref());
        assert_eq!(
            outcome.is_ok(),
            !entry.needs.contains(&Need::Codes),
            "{}",
            entry.name
        );
    }
}

#[test]
fn every_step_is_told_and_may_be_the_last() {
    let place = Workplace::new();
    let request = place.request(&["ring", "star"]);
    for entry in stepping() {
        let (told, all) = (Cell::new(0), Cell::new(0));
        let count = |steps: unlearn::tune::Steps| {
            assert_eq!(steps.done, told.get() + 1, "{}", entry.name);
            told.set(steps.done);
            all.set(steps.all);
            Flow::Continue
        };
        let run = |watch| -> Result<Outcome, ForgetError> {
            let job = place.job(&request).with_watch(watch);
            job.run(quick(entry).as_ref())
        };
        run(Watch::new(&count)).unwrap();
        assert_eq!(
            (told.get(), all.get() > 0),
            (all.get(), true),
            "{}",
            entry.name
        );
        let stop = |_| Flow::Stop;
        match run(Watch::new(&stop)).unwrap_err() {
            ForgetError::Stopped(stopped) => assert_eq!(stopped.0.done, 1, "{}", entry.name),
            error => panic!("{}: {error}", entry.name),
        }
    }
}

#[test]
fn images_of_another_shape_are_refused() {
    let place = Workplace::new();
    let request = place.request(&["ring"]);
    let grey = unlearn::data::Split::new([1, 2, 2], vec![0; 4], vec![0]);
    let error = place
        .job(&request)
        .with_images(&grey, Augmentation::default());
    assert!(matches!(error, Err(ForgetError::ImageShape { .. })));
}

/// No code was ever planted in a network that was drawn anew.
#[test]
fn networks_drawn_anew_do_not_pass_for_planted_ones() {
    let place = Workplace::new();
    let request = place.request(&["ring"]);
    let drawn = ["retrain", "erm-ktp", "gated-transfer", "sisa", "arcane"];
    for name in [&drawn[..], &["mnemonic"]].concat() {
        let entry = CATALOG.iter().find(|entry| entry.name == name).unwrap();
        let outcome = place.job(&request).run(quick(entry).as_ref()).unwrap();
        let again = Request::new(&outcome.model, &["star"]).unwrap();
        let job = Job::new(&outcome.model, &place.codes, &again);
        let refused = matches!(job, Err(ForgetError::NeverPlanted { .. }));
        assert_eq!(refused, name != "mnemonic", "{name}");
    }
}

#[test]
fn backward_passes_are_those_of_the_formulas() {
    let place = Workplace::new();
    let request = place.request(&["ring"]);
    let passes = |name: &str| {
        let entry = CATALOG.iter().find(|entry| entry.name == name).unwrap();
        place
            .job(&request)
            .run(quick(entry).as_ref())
            .unwrap()
            .backward_passes
    };
    // 90 kept images, 10 forgotten ones; 2 epochs, for retrain 3.
    assert_eq!(passes("finetune"), 2 * 90);
    assert_eq!(passes("cf-k"), 2 * 90);
    assert_eq!(passes("gradient-ascent"), 2 * 10);
    assert_eq!(passes("random-label"), 2 * 100);
    assert_eq!(passes("neggrad-plus"), 2 * 90 + 2 * 6 * 10);
    assert_eq!(passes("retrain"), 3 * 90);
    // Two steps of 4 noises; these twice and 5 images of 9 classes; the images again.
    assert_eq!(passes("fast-mu"), 2 * 4 + 2 * (2 * 4 + 45) + 45);
    assert_eq!(passes("ssd"), 90 + 2 * 10);
    assert_eq!(passes("lfssd"), 90 + 2 * 10);
    // One per class and image; 5 images of 9 classes.
    assert_eq!(passes("sfdn"), 10 * 45);
    // The kept codes for the Fisher diagonal, and all in each epoch.
    assert_eq!(passes("lwsf"), 9 + 2 * 10);
    // Noise of one class and of nine; two copies of four for each.
    assert_eq!(passes("error-noise"), 2 * 4 + 9 * 4 + 2 * 10 * 2 * 4);
    assert_eq!(passes("mnemonic-with-images"), 10 * 3);
    assert_eq!(passes("permuted-eta"), 10);
    // ERM sees all images in three epochs, the student the kept ones in two.
    assert_eq!(passes("erm-ktp"), 3 * 100 + 2 * 90);
    assert_eq!(passes("bad-teacher"), 2 * (27 + 10));
    assert_eq!(passes("scrub"), 2 * 90 + 2 * 10);
    assert_eq!(passes("salun"), 10 + 2 * 100);
    assert_eq!(passes("boundary-shrink"), 2 * 2 * 10);
    assert_eq!(passes("boundary-expand"), 2 * 10);
    assert_eq!(passes("jit"), 2 * 10);
    // The shards have all kept images, three epochs each.
    assert_eq!(passes("sisa"), 3 * 90);
    assert_eq!(passes("arcane"), 2 * 90);
}

/// Methods that are about the classifier layer of one network, or train one like the model anew.
const OF_ONE_NETWORK: [&str; 11] = [
    "bias-shift",
    "boundary-expand",
    "certified-removal",
    "cf-k",
    "erm-ktp",
    "mnemonic",
    "ntk-f",
    "retrain",
    "sfdn",
    "transplant",
    "zero-unit",
];

#[test]
fn every_method_takes_an_ensemble_or_says_that_it_cannot() {
    let mut place = Workplace::new();
    let ensembles = small::ENSEMBLES.map(|(name, settings)| {
        let request = place.request(&["ring"]);
        let method = method(name, serde_json::from_str(settings).unwrap()).unwrap();
        let model = place.job(&request).run(method.as_ref()).unwrap().model;
        (name, model)
    });
    for (name, model) in ensembles {
        place.model = model;
        // As if codes had been planted in it, so that methods by codes come to their own checks.
        place.model.metadata.unplanted.clear();
        let before = place.model.to_bytes();
        let request = place.request(&["star"]);
        let mut refused = Vec::new();
        for entry in CATALOG {
            let method = match small::ENSEMBLES.iter().find(|(own, _)| *own == entry.name) {
                Some((own, settings)) => {
                    method(own, serde_json::from_str(settings).unwrap()).unwrap()
                }
                None => quick(entry),
            };
            match place.job(&request).run(method.as_ref()) {
                Ok(outcome) => {
                    let read = outcome.model.to_bytes();
                    let read = Model::parse(Path::new("m"), &read, &Device::flex()).unwrap();
                    assert_eq!(read.metadata.forgotten, ["ring", "star"]);
                }
                Err(ForgetError::Setting { .. } | ForgetError::Train(_)) => {
                    refused.push(entry.name);
                }
                Err(error) => panic!("{} of {name}: {error}", entry.name),
            }
        }
        assert_eq!(place.model.to_bytes(), before);
        refused.sort_unstable();
        let other = if name == "arcane" { "sisa" } else { "" };
        let mut expected: Vec<&str> = OF_ONE_NETWORK.to_vec();
        expected.extend(Some(other).filter(|other| !other.is_empty()));
        expected.sort_unstable();
        assert_eq!(refused, expected, "{name}");
    }
}

#[test]
fn masks_that_leave_no_channel_are_refused() {
    let place = Workplace::new();
    let request = place.request(&["ring"]);
    // So few steps leave no entry at 0, as the default wants it.
    let settings = Map::from_iter([("mask_epochs".to_owned(), json!(3))]);
    let method = method("erm-ktp", settings).unwrap();
    let error = place.job(&request).run(method.as_ref()).unwrap_err();
    assert!(error.to_string().contains("more `mask_epochs`"), "{error}");
}

#[test]
fn a_layer_that_may_not_move_stays_as_it_was() {
    let place = Workplace::new();
    let request = place.request(&["ring"]);
    let settings: Map<String, Json> = Map::from_iter([
        ("epochs".to_owned(), json!(1)),
        ("layers".to_owned(), json!(1)),
    ]);
    let method = method("cf-k", settings).unwrap();
    let outcome = place.job(&request).run(method.as_ref()).unwrap();
    let names: Vec<&str> = outcome.changes.iter().map(|change| &*change.name).collect();
    assert_eq!(names, ["fc.weight", "fc.bias"]);
}

#[test]
fn the_papers_one_shot_costs_one_backward_pass_per_class() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring", "star"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let passes = |settings| {
        let method = method("mnemonic", settings).unwrap();
        job.run(method.as_ref()).unwrap().backward_passes
    };
    let manual = Map::from_iter([("lambda2".to_owned(), json!(1.0))]);
    assert_eq!(passes(manual), 10);
    // One class after the other: itself and the eight that are kept in the end.
    assert_eq!(passes(Map::new()), 2 * 9);
}

#[test]
fn a_scope_moves_its_own_part_only() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let names = |scope: &str| {
        let settings = Map::from_iter([("scope".to_owned(), json!(scope))]);
        let outcome = job
            .run(method("mnemonic", settings).unwrap().as_ref())
            .unwrap();
        let changes = outcome.changes.into_iter();
        changes.map(|change| change.name).collect::<Vec<_>>()
    };
    assert_eq!(names("classifier"), ["fc.weight", "fc.bias"]);
    let features = names("features");
    assert!(!features.is_empty() && features.iter().all(|name| !name.starts_with("fc.")));
    assert_eq!(names("all").len(), features.len() + 2);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let (mut model, codes) = small::trained();
    let refused = |classes: &[&str]| Request::new(&model, classes).unwrap_err();
    assert!(refused(&["cirle"]).to_string().contains("circle"));
    assert!(matches!(refused(&[]), ForgetError::NothingAsked));
    let all: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let error = Request::new(&model, &all).unwrap_err();
    assert!(matches!(error, ForgetError::NothingKept { classes: 10 }));

    let (other, _) = small::untrained(5);
    let request = Request::new(&other, &["0"]).unwrap();
    let error = Job::new(&other, &codes, &request).unwrap_err();
    assert!(matches!(error, ForgetError::Codes(_)), "{error}");

    let mut unplanted = model.clone();
    unplanted.metadata.unplanted.push("heart".into());
    let error = Request::new(&unplanted, &["heart"]).unwrap_err();
    assert!(matches!(error, ForgetError::NeverPlanted { .. }), "{error}");
    let request = Request::new(&unplanted, &["star"]).unwrap();
    assert_eq!(
        request.kept().len(),
        8,
        "a class without a planted code is not kept by it"
    );

    model.metadata.forgotten.push("ring".into());
    let error = Request::new(&model, &["ring"]).unwrap_err();
    assert!(matches!(error, ForgetError::AlreadyForgotten { .. }));
    let request = Request::new(&model, &["star"]).unwrap();
    assert_eq!(
        request.kept().len(),
        8,
        "a forgotten class does not count as kept"
    );
}
