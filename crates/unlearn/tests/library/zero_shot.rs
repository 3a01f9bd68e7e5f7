//! Methods that need no image: what they are taught by is what they invent.

use super::small;
use serde_json::{Value as Json, json};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::data::{ClassNames, Normalization};
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};
use unlearn::network::{Architecture, Device, Network};

fn run(model: &Model, name: &str, settings: &[(&str, Json)]) -> Result<Outcome, ForgetError> {
    let class = model.metadata.classes.names()[1].as_str();
    let request = Request::new(model, &[class]).unwrap();
    let settings = settings.iter();
    let settings = settings.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let method = method(name, settings.collect()).unwrap();
    Job::without_codes(model, &request).run(method.as_ref())
}

/// Gated transfer with batches of 8 and so many epochs of 3 steps.
fn transfer(model: &Model, epochs: usize, threshold: f64) -> Outcome {
    let settings = [
        ("epochs", json!(epochs)),
        ("batch_size", json!(8)),
        ("student_steps", json!(3)),
        ("threshold", json!(threshold)),
    ];
    run(model, "gated-transfer", &settings).unwrap()
}

#[test]
fn an_open_gate_costs_what_the_formula_says_and_a_closed_one_the_generator() {
    let (model, _) = small::trained();
    // By the generator itself, by both networks at its images, and by the student in each step.
    assert_eq!(transfer(&model, 2, 1.0).backward_passes, 2 * 8 * (3 + 3));
    assert_eq!(transfer(&model, 2, 1e-300).backward_passes, 2 * 8);
}

#[test]
fn nothing_is_taught_of_images_that_the_gate_holds_back() {
    let (model, _) = small::trained();
    let digests =
        |threshold| [1, 2].map(|epochs| transfer(&model, epochs, threshold).model.digest());
    let parameters = |outcome: Outcome| outcome.model.network;
    let [shut, open] = [1e-300, 1.0].map(|threshold| parameters(transfer(&model, 1, threshold)));
    // The student stays as it was drawn: weights that no two networks share, and no shift yet.
    let shifts = |network: &Network| -> Vec<f32> {
        let shifts = network.parameters().iter();
        let shifts = shifts.filter(|parameter| parameter.name == "bn1.bias");
        shifts.flat_map(|shift| shift.value.to_vec()).collect()
    };
    assert!(!shifts(&shut).is_empty() && shifts(&shut).iter().all(|shift| *shift == 0.0));
    assert!(shifts(&open).iter().any(|shift| *shift != 0.0));
    let [shut, open] = [1e-300, 1.0].map(digests);
    assert_eq!(shut[0], shut[1]);
    assert_ne!(open[0], open[1]);
}

#[test]
fn images_that_do_not_halve_twice_are_refused() {
    let architecture = Architecture::Cnn { width: 2 };
    let (shape, names) = ([1, 10, 8], ClassNames::numbered(3));
    let graph = architecture.build(&shape, 3).unwrap();
    let model = Model {
        network: Network::initialize(graph, 3, &Device::flex()),
        metadata: ModelMetadata::new(architecture, shape, names, Normalization::none(1)),
    };
    let error = run(&model, "gated-transfer", &[]).unwrap_err().to_string();
    assert!(error.contains("multiples of 4, found 10 x 8"), "{error}");
}

#[test]
fn noise_is_trained_on_as_often_as_it_is_copied() {
    let (model, _) = small::trained();
    let passes = |images: usize, used: Option<usize>, copies: usize| {
        let settings = [
            ("noise_images", json!(images)),
            ("noise_used", json!(used)),
            ("noise_copies", json!(copies)),
            ("noise_steps", json!(3)),
            ("kept_noise_steps", json!(2)),
            ("epochs", json!(1)),
        ];
        let outcome = run(&model, "error-noise", &settings).unwrap();
        outcome.backward_passes
    };
    // Steps of one class's noise and of nine, then each copy of what is used of ten.
    assert_eq!(passes(3, None, 2), 3 * (3 + 9 * 2) + 10 * 3 * 2);
    assert_eq!(passes(3, Some(1), 4), 3 * (3 + 9 * 2) + 10 * 4);
    assert_eq!(passes(2, Some(9), 1), 2 * (3 + 9 * 2) + 10 * 2);
}
