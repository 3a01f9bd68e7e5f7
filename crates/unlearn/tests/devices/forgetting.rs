//! A request to forget.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json, json};
use unlearn::audit::evaluate;
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::data::Augmentation;
use unlearn::enrol::Enrolment;
use unlearn::forget::{CATALOG, CatalogEntry, Job, Outcome, Request, method};
use unlearn::network::{Architecture, Device, DeviceName};
use unlearn::train::TrainSettings;

use super::close::assert_close;
use super::present::devices;
use super::training::{data, train};

/// How the model is trained that is asked.
fn recipe() -> TrainSettings {
    TrainSettings {
        epochs: 3,
        batch_size: 24,
        mix: 0.3,
        seed: 1,
        ..TrainSettings::default()
    }
}

/// A model trained in main memory, as it lies on disk, and its codes.
pub fn trained() -> &'static (Vec<u8>, Codebook) {
    static TRAINED: OnceLock<(Vec<u8>, Codebook)> = OnceLock::new();
    TRAINED.get_or_init(|| {
        let flex = DeviceName::Flex.open().unwrap();
        let architecture = Architecture::Cnn { width: 4 };
        let (_, model, codes) = train(architecture, recipe(), &data(), &flex);
        (model.to_bytes(), codes)
    })
}

/// The model that was trained, on a device.
pub fn model(device: &Device) -> Model {
    Model::parse("m".as_ref(), &trained().0, device).unwrap()
}

/// The settings of the paper's one shot over the whole network.
pub fn whole_network() -> Map<String, Json> {
    match json!({"lambda1": 1e-3, "lambda2": 0.5}) {
        Json::Object(settings) => settings,
        _ => unreachable!("an object"),
    }
}

/// Forgets two classes, with all at hand that a method may need.
pub fn forget(
    model: &Model,
    name: &str,
    settings: Map<String, Json>,
    enrolment: Option<&Enrolment>,
) -> Outcome {
    let (data, recipe) = (data(), recipe().check().unwrap());
    let request = Request::new(model, &["ring", "star"]).unwrap();
    let mut job = Job::new(model, &trained().1, &request).unwrap();
    job = job.with_recipe(&recipe).with_seed(7);
    job = job
        .with_images(&data.train, Augmentation::default())
        .unwrap();
    if let Some(enrolment) = enrolment {
        job = job.with_enrolment(enrolment).unwrap();
    }
    job.run(method(name, settings).unwrap().as_ref()).unwrap()
}

/// A method's settings so that it takes a few steps only.
fn quick(entry: &CatalogEntry) -> Map<String, Json> {
    let known = (entry.defaults)();
    let few = [
        ("epochs", json!(1)),
        ("batch_size", json!(32)),
        // Of so few images none stands out tenfold.
        ("alpha", json!(0.9)),
        // So few steps leave no entry of a mask at 0.
        ("mask_epochs", json!(3)),
        ("used_above", json!(0.99999)),
        ("noise_images", json!(4)),
        ("noise_steps", json!(2)),
        ("student_steps", json!(2)),
        ("images_per_class", json!(3)),
    ];
    let few = few.into_iter();
    let few = few.filter(|(name, _)| known.contains_key(*name));
    few.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Asserts that codes and test images are answered as they are by the model that
/// forgot in main memory, and that every parameter has moved as far.
#[track_caller]
pub fn assert_same_outcome(what: &str, found: &Outcome, expected: &Outcome) {
    let answers = |outcome: &Outcome| {
        let codes = outcome.codes.as_ref().unwrap();
        let (kept, forgotten) = (codes.kept_accuracy_percent, codes.forgotten_error_percent);
        let asked = evaluate(&outcome.model, &data().test, &[], |_| {});
        (kept, forgotten, asked.confusion)
    };
    assert_eq!(answers(found), answers(expected), "{what}");
    let before = model(&DeviceName::Flex.open().unwrap());
    let moves = |outcome: &Outcome, index: usize| -> Vec<f32> {
        let after = outcome.model.network.parameters()[index].value.to_vec();
        let before = before.network.parameters()[index].value.to_vec();
        after
            .iter()
            .zip(&before)
            .map(|(after, before)| after - before)
            .collect()
    };
    for (index, parameter) in before.network.parameters().iter().enumerate() {
        let what = format!("{what}: move of {}", parameter.name);
        assert_close(&what, &moves(found, index), &moves(expected, index), 5e-3);
    }
}

/// Methods that move once, by a formula, so that what a device rounds differently
/// stays small. Others train, some of them against a loss that they raise: differences grow
/// from step to step without a bound, and answers of a model in ruins are chance.
const MOVE_ONCE: [&str; 3] = ["mnemonic", "bias-shift", "zero-unit"];

#[test]
fn a_request_that_moves_once_ends_as_it_does_in_main_memory() {
    let flex = DeviceName::Flex.open().unwrap();
    let defaults = MOVE_ONCE.map(|name| (name, Map::new()));
    for (name, settings) in defaults.into_iter().chain([("mnemonic", whole_network())]) {
        let expected = forget(&model(&flex), name, settings.clone(), None);
        for present in devices() {
            let found = forget(&model(&present.device), name, settings.clone(), None);
            let what = format!("{}, {name} {settings:?}", present.name);
            assert_same_outcome(&what, &found, &expected);
        }
    }
}

#[test]
fn every_method_works_on_the_device_of_its_model() {
    for present in devices() {
        for entry in CATALOG {
            let outcome = forget(&model(&present.device), entry.name, quick(entry), None);
            let what = format!("{}, {}", present.name, entry.name);
            assert!(outcome.parameters_changed() > 0, "{what}");
            for parameter in outcome.model.network.parameters() {
                let what = format!("{what}: {}", parameter.name);
                assert_eq!(parameter.value.device(), present.device, "{what}");
                let is_finite = parameter
                    .value
                    .to_vec()
                    .iter()
                    .all(|number| number.is_finite());
                assert!(is_finite, "{what}");
            }
        }
    }
}
