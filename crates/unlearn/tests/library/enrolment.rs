//! What is known beforehand changes how a request is carried out, not what it does.

use serde_json::json;
use unlearn::checkpoint::{Model, ModelMetadata, OutputFile};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::{ClassNames, Normalization};
use unlearn::enrol::{EnrolError, Enrolment, PartialEnrolment, Shard};
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};
use unlearn::network::{Activation, Architecture, Device, Network, Value};

use super::small;

fn forget(
    model: &Model,
    codes: &Codebook,
    enrolment: Option<&Enrolment>,
    classes: &[&str],
    settings: serde_json::Value,
) -> Outcome {
    let serde_json::Value::Object(settings) = settings else {
        panic!("settings are an object");
    };
    let request = Request::new(model, classes).unwrap();
    let mut job = Job::new(model, codes, &request).unwrap();
    if let Some(enrolment) = enrolment {
        job = job.with_enrolment(enrolment).unwrap();
    }
    job.run(method("mnemonic", settings).unwrap().as_ref())
        .unwrap()
}

fn assert_same_model(one: &Model, other: &Model, before: &Model) {
    let pairs = one
        .network
        .parameters()
        .iter()
        .zip(other.network.parameters());
    for ((one, other), before) in pairs.zip(before.network.parameters()) {
        let [a, b, w] = [one, other, before].map(|parameter| parameter.value.to_vec());
        let moves = a.iter().zip(&w).map(|(a, w)| (a - w).abs());
        let largest = moves.fold(0f32, f32::max);
        for (a, b) in a.iter().zip(&b) {
            // The two forms sum in another order, and a weight is rounded.
            let close = (a - b).abs() <= 1e-4 * largest + 1e-6 * a.abs();
            assert!(close, "{}: {a} {b}", one.name);
        }
    }
}

#[test]
fn a_request_of_an_enrolled_model_does_the_same_with_fewer_passes() {
    let (model, codes) = small::trained();
    let enrolment = Enrolment::new(&model, &codes, |_| {}).unwrap();
    let manual = || json!({"lambda1": 1e-3, "lambda2": 0.5});
    for classes in [&["ring"][..], &["ring", "cross"]] {
        let [direct, stored] = [None, Some(&enrolment)]
            .map(|enrolment| forget(&model, &codes, enrolment, classes, manual()));
        assert_eq!(direct.backward_passes, 10);
        assert_eq!(stored.backward_passes, classes.len());
        assert_same_model(&stored.model, &direct.model, &model);
        assert_eq!(stored.steps[0].sign, direct.steps[0].sign);
    }
    let [direct, stored] =
        [None, Some(&enrolment)].map(|known| forget(&model, &codes, known, &["ring"], json!({})));
    assert_eq!(
        stored.model.digest(),
        direct.model.digest(),
        "the default needs features alone"
    );
}

#[test]
fn an_enrolment_is_that_of_one_model() {
    let (model, codes) = small::trained();
    let enrolment = Enrolment::new(&model, &codes, |_| {}).unwrap();
    let forgot = forget(&model, &codes, Some(&enrolment), &["ring"], json!({})).model;
    let request = Request::new(&forgot, &["cross"]).unwrap();
    let job = Job::new(&forgot, &codes, &request).unwrap();
    let refused = job.with_enrolment(&enrolment).unwrap_err();
    let is_stale = matches!(refused, ForgetError::Enrolment(EnrolError::Stale { .. }));
    assert!(is_stale, "{refused}");
    // Only the classifier layer moved, so the features are still those of its input.
    let carried = enrolment.carried_over(&model, &forgot).unwrap();
    assert!(carried.totals().is_none());
    let [direct, stored] =
        [None, Some(&carried)].map(|known| forget(&forgot, &codes, known, &["cross"], json!({})));
    assert_eq!(stored.model.digest(), direct.model.digest());
    let mut elsewhere = forgot.clone();
    let first = &forgot.network.parameters()[0].value;
    let moved = Value::new(first.clone().flat().add_scalar(1.0)).reshaped(first.shape());
    elsewhere.network.set(0, moved);
    assert!(enrolment.carried_over(&model, &elsewhere).is_none());
    let of_another = enrolment.carried_over(&forgot, &forgot);
    assert!(of_another.is_none(), "not the enrolment of this model");
}

#[test]
fn shares_joined_in_any_order_are_the_whole_also_from_disk() {
    let (model, codes) = small::trained();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, enrolment: &Enrolment| {
        let mut file = OutputFile::claim(&path(name), true).unwrap();
        enrolment.fill(&model, &mut file).unwrap();
        file.finish().unwrap();
        std::fs::read(path(name)).unwrap()
    };
    let whole = write("whole", &Enrolment::new(&model, &codes, |_| {}).unwrap());
    let part = |shard: &str| {
        let shard: Shard = shard.parse().unwrap();
        let part = PartialEnrolment::new(&model, &codes, shard, |_| {}).unwrap();
        let mut file = OutputFile::claim(&path("part"), true).unwrap();
        part.fill(&model, &mut file).unwrap();
        file.finish().unwrap();
        PartialEnrolment::read(&path("part"), &model).unwrap()
    };
    let mut joined = part("3/3");
    joined.join(part("1/3")).unwrap();
    assert!(joined.join(part("1/3")).is_err(), "a class in two parts");
    joined.join(part("2/3")).unwrap();
    let joined = write("joined", &joined.finish(&model).unwrap());
    assert!(joined == whole, "the same bytes");
    let missing = part("1/2").finish(&model).unwrap_err();
    assert!(matches!(missing, EnrolError::Parts { .. }), "{missing}");

    let opened = Enrolment::open(&path("whole"), &model).unwrap();
    let settings = || json!({"lambda1": 1e-3, "lambda2": 0.5});
    let in_memory = Enrolment::new(&model, &codes, |_| {}).unwrap();
    let [one, other] = [&opened, &in_memory].map(|known| {
        forget(&model, &codes, Some(known), &["ring"], settings())
            .model
            .digest()
    });
    assert_eq!(one, other);
    assert_eq!(write("again", &opened), whole);
}

/// One of the classes was never planted, so no more codes are enrolled than 16 bits can count.
#[test]
fn a_class_whose_index_is_too_large_is_refused() {
    let (count, shape) = (usize::from(u16::MAX) + 1, [1, 1, 1]);
    let names = ClassNames::numbered(count);
    let architecture = Architecture::Mlp {
        hidden: vec![1],
        activation: Activation::Relu,
    };
    let graph = architecture.build(&shape, count).unwrap();
    let network = Network::initialize(graph, 1, &Device::flex());
    let codes = Codebook::draw(1, CodeKind::Uniform, 1, names.clone(), shape);
    let mut metadata = ModelMetadata::new(architecture, shape, names, Normalization::none(1));
    metadata.unplanted = vec!["0".into()];
    let model = Model { network, metadata };
    let shard = "65535/65535".parse().unwrap();
    let refused = PartialEnrolment::new(&model, &codes, shard, |_| {}).unwrap_err();
    let is_told = matches!(refused, EnrolError::TooManyClasses { found, .. } if found == count);
    assert!(is_told, "{refused}");
}

#[test]
fn damaged_files_are_refused() {
    let (model, codes) = small::untrained(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("enrolment");
    let mut file = OutputFile::claim(&path, false).unwrap();
    let enrolment = Enrolment::new(&model, &codes, |_| {}).unwrap();
    enrolment.fill(&model, &mut file).unwrap();
    file.finish().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let damaged = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Enrolment::open(&path, &model).unwrap_err().to_string()
    };
    for length in [0, 7, 100, bytes.len() - 1] {
        damaged(&bytes[..length]);
    }
    for (schema, part) in [
        (1, "enrol the model again"),
        (3, "expected schema 2, found 3"),
    ] {
        let header = String::from_utf8_lossy(&bytes[8..400]);
        let text = header.replace("\\\"schema\\\":2", &format!("\\\"schema\\\":{schema}"));
        let mut other = bytes.clone();
        other[8..400].copy_from_slice(text.as_bytes());
        let error = damaged(&other);
        assert!(error.contains(part), "{error}");
    }
    let (other_model, _) = small::untrained(4);
    std::fs::write(&path, &bytes).unwrap();
    let stale = Enrolment::open(&path, &other_model).unwrap_err();
    assert!(matches!(stale, EnrolError::Stale { .. }), "{stale}");
}
