//! Methods by name on a tiny network, against the scripts in `methods/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rand::Rng;
use rand_distr::StandardNormal;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::{Augmentation, ClassNames, Normalization, Split, stream};
use unlearn::forget::{CATALOG, Job, Request, method};
use unlearn::network::op::{BatchNorm, Conv2d, GlobalAvgPool, Linear, Relu};
use unlearn::network::{Activation, Architecture, Device, Graph, GraphBuilder, Network};
use unlearn::train::TrainSettings;

use super::reference::{assert_close, filled, read, signed_input};

#[derive(Deserialize)]
struct File {
    tolerance: f64,
    cases: Vec<Case>,
}

/// Settings left out take their defaults, but for the size of a batch: all
/// images are one.
#[derive(Deserialize)]
struct Case {
    method: String,
    settings: Map<String, Json>,
    images: usize,
    classes: usize,
    forgotten: Vec<usize>,
    state_after: BTreeMap<String, Vec<f64>>,
    /// Noise that the method adds to that state.
    #[serde(default)]
    drawn: Option<Noise>,
}

/// Per element a deviation times a number of the stream of this purpose, in the
/// order of the parameters.
#[derive(Deserialize)]
struct Noise {
    purpose: String,
    deviation: BTreeMap<String, Vec<f64>>,
}

const SHAPE: [usize; 3] = [1, 5, 5];

fn graph(classes: usize) -> Graph {
    let (mut builder, mut value) = GraphBuilder::new(&SHAPE);
    let layers = &mut builder;
    value = layers
        .layer("conv1", Conv2d::new(1, 3, 3), &[value])
        .unwrap();
    value = layers.layer("bn1", BatchNorm::new(3), &[value]).unwrap();
    value = layers.apply(Relu, &[value]).unwrap();
    value = layers.apply(GlobalAvgPool, &[value]).unwrap();
    layers
        .layer("fc", Linear::new(3, classes), &[value])
        .unwrap();
    builder.finish()
}

/// The network of `tiny.py`.
fn model(classes: usize) -> Model {
    let graph = graph(classes);
    let specs = graph.parameters().iter().enumerate();
    let values = specs.map(|(k, spec)| filled(&spec.name, k, &spec.shape));
    let values = values.collect();
    let network = Network::with_values(graph, values, &Device::flex());
    // No architecture of ours makes this graph; a method asks only the graph.
    let architecture = Architecture::Mlp {
        hidden: Vec::new(),
        activation: Activation::Relu,
    };
    let names = ClassNames::numbered(classes);
    let metadata = ModelMetadata::new(architecture, SHAPE, names, Normalization::none(1));
    Model { network, metadata }
}

/// The images of `tiny.py`.
fn images(count: usize, classes: usize) -> Split {
    let labels: Vec<u32> = (0..count).map(|k| (k % classes) as u32).collect();
    let pixel = |i: usize| ((37 * i + 11 + 90 * (i / 25 % classes)) % 256) as u8;
    Split::new(SHAPE, (0..count * 25).map(pixel).collect(), labels)
}

/// Codes by the rule `signed_input`: drawn ones, and the rule's numbers in the place
/// of theirs, with which the file ends.
fn codes(model: &Model) -> Codebook {
    let classes = model.metadata.classes.clone();
    let numbers = signed_input(0, &[classes.len(), 1, 5, 5]).to_vec();
    let drawn = Codebook::draw(0, CodeKind::Uniform, 1, classes, SHAPE);
    let mut file = drawn.to_bytes(model.digest());
    let start = file.len() - 4 * numbers.len();
    for (bytes, number) in file[start..].chunks_exact_mut(4).zip(numbers) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    Codebook::parse(Path::new("codes"), &file).unwrap().0
}

/// Methods that are held to their formulas elsewhere, or begin with a network drawn at random.
const WITHOUT: [&str; 6] = [
    "mnemonic",
    "retrain",
    "gated-transfer",
    "bias-shift",
    "zero-unit",
    "permuted-eta",
];

#[test]
fn methods_are_their_formulas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/methods");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let json = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let mut found = BTreeSet::new();
    for path in json {
        let file: File = read(&fs::read_to_string(path).unwrap());
        file.cases
            .iter()
            .for_each(|case| check(case, file.tolerance));
        found.extend(file.cases.into_iter().map(|case| case.method));
    }
    let all = CATALOG.iter().map(|entry| entry.name.to_owned());
    let without = WITHOUT.map(str::to_owned);
    let expected: BTreeSet<String> = all.filter(|name| !without.contains(name)).collect();
    assert_eq!(found, expected);
}

fn check(case: &Case, tolerance: f64) {
    let model = model(case.classes);
    let names: Vec<String> = case.forgotten.iter().map(ToString::to_string).collect();
    let request = Request::new(&model, &names).unwrap();
    let images = images(case.images, case.classes);
    let (codes, recipe) = (codes(&model), TrainSettings::default().check().unwrap());
    let job = Job::new(&model, &codes, &request).unwrap();
    let job = job.with_images(&images, Augmentation::default()).unwrap();
    let job = job.with_recipe(&recipe);
    let method = method(&case.method, case.settings.clone()).unwrap();
    let outcome = job.run(method.as_ref()).unwrap();
    let purpose = case.drawn.as_ref().map_or("", |noise| &noise.purpose);
    let mut random = stream(0, purpose);
    for parameter in outcome.model.network.parameters() {
        let what = format!("{} {:?}: {}", case.method, case.forgotten, parameter.name);
        let mut expected = case.state_after[&parameter.name].clone();
        let noise = case.drawn.iter();
        let deviations = noise.filter_map(|noise| noise.deviation.get(&parameter.name));
        for (mean, deviation) in expected.iter_mut().zip(deviations.flatten()) {
            *mean += deviation * random.sample::<f64, _>(StandardNormal);
        }
        assert_close(&what, &parameter.value.to_vec(), &expected, tolerance);
    }
}
