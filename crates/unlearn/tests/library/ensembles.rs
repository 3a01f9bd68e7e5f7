//! Ensembles: how they are made, shrunk, read and refused.

use std::path::Path;

use serde_json::{Map, Value as Json, json};
use unlearn::checkpoint::{CheckpointError, Model};
use unlearn::data::{Augmentation, Dataset};
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};
use unlearn::network::{Architecture, Device};
use unlearn::train::{TrainError, TrainParameters, Trainer};

use super::small;

/// Makes a model forget classes by a method, with images and recipe.
fn forget(
    model: &Model,
    data: &Dataset,
    recipe: &TrainParameters,
    (name, settings): (&str, Json),
    classes: &[&str],
) -> Result<Outcome, ForgetError> {
    let Json::Object(settings) = settings else {
        panic!("settings are an object")
    };
    let request = Request::new(model, classes).unwrap();
    let job = Job::without_codes(model, &request);
    let job = job.with_images(&data.train, Augmentation::default());
    let job = job.unwrap().with_recipe(recipe).with_seed(7);
    job.run(method(name, settings).unwrap().as_ref())
}

/// The ensembles of [`small::ENSEMBLES`], which forgot the ring.
fn ensembles() -> (Dataset, TrainParameters, Vec<Outcome>) {
    let (data, recipe) = (small::data(), small::parameters());
    let (model, _) = small::trained();
    let made = small::ENSEMBLES.map(|(name, settings)| {
        let settings = serde_json::from_str(settings).unwrap();
        forget(&model, &data, &recipe, (name, settings), &["ring"]).unwrap()
    });
    (data, recipe, made.into())
}

/// The numbers of a tensor.
fn numbers(model: &Model, name: &str) -> Vec<f32> {
    let mut parameters = model.network.parameters().iter();
    let found = parameters.find(|parameter| parameter.name == name);
    found.unwrap().value.to_vec()
}

#[test]
fn shards_that_do_not_hold_a_class_stay_bit_for_bit() {
    let (model, _) = small::trained();
    let (data, recipe) = (small::data(), small::parameters());
    let settings = json!({"shards": 5, "class_shards": 2});
    let of = |model: &Model, class| {
        let sisa = ("sisa", settings.clone());
        forget(model, &data, &recipe, sisa, &[class]).unwrap()
    };
    let first = of(&model, "ring");
    assert_eq!(first.choices["shards_trained"], 5);
    assert_eq!(first.backward_passes, 3 * 90);
    let names = model.metadata.classes.names();
    let star = names.iter().position(|name| name == "star").unwrap();
    let second = of(&first.model, "star");
    assert_eq!(second.choices["shards_trained"], 2);
    for shard in 0..5 {
        let name = format!("members.{shard}.fc.weight");
        let same = numbers(&first.model, &name) == numbers(&second.model, &name);
        let holds = [star, star + 1].iter().any(|held| held % 5 == shard);
        assert_eq!(same, !holds, "{shard}");
    }
    assert_eq!(second.model.metadata.forgotten, ["ring", "star"]);
    assert_eq!(second.model.metadata.origin, Some(model.digest()));

    let other = ("sisa", json!({"shards": 5, "class_shards": 3}));
    let error = forget(&first.model, &data, &recipe, other, &["star"]).unwrap_err();
    assert!(
        error.to_string().contains("class_shards: expected 2"),
        "{error}"
    );
}

#[test]
fn a_shard_with_too_little_to_learn_from_is_named() {
    let (model, _) = small::trained();
    let (data, recipe) = (small::data(), small::parameters());
    let alone = ("sisa", json!({"shards": 10, "class_shards": 1}));
    let error = forget(&model, &data, &recipe, alone, &["ring"]).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("method `sisa`: shard 0 of 10"),
        "{message}"
    );
    let thin = ("sisa", json!({"slices": 6}));
    let error = forget(&model, &data, &recipe, thin, &["ring"]).unwrap_err();
    assert!(error.to_string().contains("at most 5"), "{error}");
}

#[test]
fn to_train_for_all_and_delete_is_not_to_have_trained() {
    let (model, _) = small::trained();
    let (data, recipe) = (small::data(), small::parameters());
    let settings = json!({"epochs": 2, "batch_size": 16, "hidden": [6]});
    let arcane = || ("arcane", settings.clone());
    let first = forget(&model, &data, &recipe, arcane(), &["ring"]).unwrap();
    let both = forget(&model, &data, &recipe, arcane(), &["ring", "star"]).unwrap();
    // Nothing is given: neither images nor a recipe.
    let request = Request::new(&first.model, &["star"]).unwrap();
    let method = method("arcane", Map::new()).unwrap();
    let deleted = Job::without_codes(&first.model, &request);
    let deleted = deleted.run(method.as_ref()).unwrap();
    assert_eq!(deleted.backward_passes, 0);
    assert_eq!(deleted.model.digest(), both.model.digest());
    assert_eq!(
        deleted.model.metadata.architecture,
        both.model.metadata.architecture
    );
    assert!(both.backward_passes < first.backward_passes);
    // No image whatever is answered with a class that has no network.
    let names = model.metadata.classes.names();
    let gone = ["ring", "star"].map(|class| names.iter().position(|name| name == class).unwrap());
    for answer in unlearn::audit::evaluate(&deleted.model, &data.test, &gone, |_| {}).confusion {
        assert_eq!(gone.map(|class| answer[class]), [0, 0]);
    }
}

#[test]
fn an_ensemble_is_written_and_read_back() {
    for outcome in ensembles().2 {
        let bytes = outcome.model.to_bytes();
        let read = Model::parse(Path::new("m"), &bytes, &Device::flex()).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.digest(), outcome.model.digest());
        assert_eq!(read.metadata, outcome.model.metadata);
    }
}

/// A description may claim anything; what is built is bounded by the tensors in the file.
#[test]
fn an_ensemble_larger_than_its_file_is_refused_before_it_is_built() {
    for outcome in ensembles().2 {
        let mut model = outcome.model;
        match &mut model.metadata.architecture {
            Architecture::Sisa { shards, .. } => *shards = 1000,
            Architecture::Arcane { known, .. } => *known = (0..10).collect(),
            other => panic!("{other:?}"),
        }
        let error = Model::parse(Path::new("m"), &model.to_bytes(), &Device::flex());
        let error = error.unwrap_err();
        let reason = error.to_string();
        assert!(
            matches!(error, CheckpointError::Metadata { .. }),
            "{reason}"
        );
        assert!(reason.contains("tensors, found"), "{reason}");
    }
}

#[test]
fn an_ensemble_is_not_trained_as_a_whole() {
    let (data, recipe, made) = ensembles();
    for outcome in made {
        let metadata = outcome.model.metadata;
        let run = Trainer::new(
            metadata,
            recipe.clone(),
            &data.train,
            data.digest,
            &Device::flex(),
        );
        let error = run.err().unwrap();
        assert!(matches!(error, TrainError::Ensemble { .. }), "{error}");
    }
}
