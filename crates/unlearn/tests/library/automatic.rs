//! Forgetting with the strength found by the codes.

use serde_json::{Map, json};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::fisher::fisher_batched;
use unlearn::forget::{
    Breach, Gate, Job, MAX_KEPT_LOSS, Mnemonic, MnemonicSettings, Outcome, Perturbation, Request,
    Scope, Sign, confidence, method,
};
use unlearn::network::Value;

use super::small;

fn automatic() -> Mnemonic {
    Mnemonic::new(MnemonicSettings::default()).unwrap()
}

fn forget(model: &Model, codes: &Codebook, classes: &[&str]) -> (Request, Outcome) {
    let request = Request::new(model, classes).unwrap();
    let outcome = Job::new(model, codes, &request).unwrap().run(&automatic());
    (request, outcome.unwrap())
}

fn images(model: &Model) -> Value {
    let data = small::data();
    let length: usize = data.shape.iter().product();
    let mut numbers = vec![0.0; data.test.len() * length];
    for (index, sample) in numbers.chunks_exact_mut(length).enumerate() {
        let normalization = &model.metadata.normalization;
        data.test.write_sample(index, normalization, sample);
    }
    let [channels, height, width] = data.shape;
    let shape = [data.test.len(), channels, height, width];
    Value::from_vec(numbers, &shape, model.network.device())
}

#[test]
fn every_code_is_forgotten_and_other_outputs_keep_their_bits() {
    let (model, codes) = small::trained();
    let (request, outcome) = forget(&model, &codes, &["ring", "star", "heart"]);
    assert_eq!(outcome.steps.len(), 3);
    for (class, step) in outcome.classes.iter().zip(&outcome.steps) {
        assert_eq!(step.classes, [class.class]);
        assert_eq!((step.reached, step.scope), (Some(true), Scope::Output));
        assert!(step.after.forgotten_loss >= 15.0, "{step:?}");
        assert!(class.loss_after >= 15.0 && !class.is_decoded, "{class:?}");
    }
    let logits = |model: &Model| model.network.forward(images(model)).to_vec();
    let (before, after) = (logits(&model), logits(&outcome.model));
    let rows = before.chunks_exact(10).zip(after.chunks_exact(10));
    for (before, after) in rows {
        for class in 0..10 {
            match request.forgotten().contains(&class) {
                // The features of this network are not negative.
                true => assert!(after[class] < before[class]),
                false => assert_eq!(after[class].to_bits(), before[class].to_bits()),
            }
        }
    }
}

/// Weight and bias alone each bring the code to the goal, and hardly further.
#[test]
fn each_tensor_moves_as_little_as_reaches_the_goal() {
    let (model, codes) = small::trained();
    let (request, outcome) = forget(&model, &codes, &["ring"]);
    let layer = model.network.graph().classifier();
    let loss_with = |tensor: usize, factor: f32| {
        let mut network = model.network.clone();
        let [from, to] = [&model, &outcome.model].map(|m| &m.network.parameters()[tensor].value);
        let moved = from.to_vec().into_iter().zip(to.to_vec());
        let moved = moved.map(|(from, to)| from + factor * (to - from));
        let moved = Value::from_vec(moved.collect(), to.shape(), network.device());
        network.set(tensor, moved);
        let among = [request.forgotten(), request.kept()].concat();
        let logits = codes.ask(&network, request.forgotten()).to_vec();
        let logits: Vec<f32> = among.iter().map(|class| logits[*class]).collect();
        let logits = Value::from_vec(logits, &[1, among.len()], network.device());
        unlearn::network::CrossEntropy::new(&logits, &[0], 0.0).mean()
    };
    for tensor in layer {
        let (least, reached) = (loss_with(tensor, 0.98), loss_with(tensor, 1.0));
        assert!(least < 15.0 && reached >= 14.999, "{least} {reached}");
    }
}

#[test]
fn a_goal_and_a_curve_are_kept() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap().with_curves();
    let with_goal = |goal| {
        let settings = MnemonicSettings {
            goal,
            ..MnemonicSettings::default()
        };
        let outcome = job.run(&Mnemonic::new(settings).unwrap()).unwrap();
        outcome.steps.into_iter().next().unwrap()
    };
    let (low, usual) = (with_goal(Some(3.0)), with_goal(None));
    assert!(low.after.forgotten_loss >= 3.0 && low.lambda2 < usual.lambda2);
    let losses = usual.curve.iter().map(|point| point.codes.forgotten_loss);
    let losses: Vec<f64> = losses.collect();
    assert!(
        losses.windows(2).all(|pair| pair[0] < pair[1]),
        "{losses:?}"
    );
    let strengths: Vec<f64> = usual.curve.iter().map(|point| point.lambda2).collect();
    assert!(strengths.contains(&usual.lambda2), "{strengths:?}");
    let both = MnemonicSettings {
        goal: Some(3.0),
        lambda1: Some(1.0),
        ..MnemonicSettings::default()
    };
    assert!(
        Mnemonic::new(both)
            .unwrap_err()
            .to_string()
            .contains("goal")
    );
}

#[test]
fn an_order_of_names_makes_no_difference() {
    let (model, codes) = small::trained();
    let (_, one) = forget(&model, &codes, &["star", "circle"]);
    let (_, other) = forget(&model, &codes, &["circle", "star"]);
    assert_eq!(one.model.to_bytes(), other.model.to_bytes());
}

#[test]
fn wider_scopes_find_a_strength_too() {
    let (model, codes) = small::trained();
    for scope in [Scope::Classifier, Scope::All, Scope::Features] {
        let settings = MnemonicSettings {
            scope: Some(scope),
            ..MnemonicSettings::default()
        };
        let request = Request::new(&model, &["ring"]).unwrap();
        let job = Job::new(&model, &codes, &request).unwrap();
        let outcome = job.run(&Mnemonic::new(settings).unwrap()).unwrap();
        let step = &outcome.steps[0];
        assert_eq!(step.scope, scope);
        match step.reached {
            Some(true) => assert!(outcome.codes.unwrap().forgotten_loss >= 15.0),
            _ => assert_eq!(outcome.parameters_changed(), 0, "{scope:?}"),
        }
    }
}

#[test]
fn one_request_after_another_until_one_class_is_left() {
    let (mut model, codes) = small::trained();
    let names = model.metadata.classes.names().to_vec();
    for (index, name) in names[..9].iter().enumerate() {
        let (request, outcome) = forget(&model, &codes, &[name]);
        assert_eq!(request.gone(), (0..index).collect::<Vec<_>>());
        assert_eq!(request.kept().len(), 9 - index);
        assert!(outcome.came_back.is_empty(), "{:?}", outcome.came_back);
        let gate = Gate {
            max_kept_loss: MAX_KEPT_LOSS,
        };
        assert_eq!(gate.breaches(&request, &outcome), []);
        model = outcome.model;
        assert_eq!(model.metadata.forgotten, names[..=index]);
    }
}

/// Fewer and fewer classes are left to hide behind; that must not drive the
/// strength up without end.
#[test]
fn all_but_one_class_at_once_take_a_step_each() {
    let (model, codes) = small::trained();
    let names = model.metadata.classes.names();
    let all_but_one: Vec<&str> = names[1..].iter().map(String::as_str).collect();
    let (_, outcome) = forget(&model, &codes, &all_but_one);
    assert_eq!(outcome.steps.len(), 9);
    for step in &outcome.steps {
        assert!(step.after.forgotten_loss < 100.0, "{step:?}");
    }
}

#[test]
fn a_class_that_came_back_is_seen_and_forgotten_again() {
    let (mut model, codes) = small::trained();
    let answers = |model: &Model| {
        let logits = codes.ask(&model.network, &[4]).to_vec();
        unlearn::network::largest(&logits)
    };
    assert_eq!(answers(&model), 4, "the test needs a code that is decoded");
    // Said to be forgotten, though nothing was done about it.
    model.metadata.forgotten.push("ring".into());
    let request = Request::new(&model, &["star"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let shifted = job.run(method("bias-shift", Map::new()).unwrap().as_ref());
    let shifted = shifted.unwrap();
    assert_eq!(shifted.came_back, [4]);
    let gate = Gate { max_kept_loss: 1e9 };
    let breaches = gate.breaches(&request, &shifted);
    assert!(matches!(&breaches[..], [Breach::CameBack { classes }] if classes == &["ring"]));

    let outcome = job.run(&automatic()).unwrap();
    assert!(outcome.came_back.is_empty());
    assert_eq!(outcome.steps.len(), 2, "one for star, one for ring");
    assert_ne!(answers(&outcome.model), 4);
}

#[test]
fn it_stops_where_the_kept_codes_have_cost_enough() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring", "star"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    // A budget that no step can keep: the loss would have to fall by much.
    let budget = -1e6;
    let outcome = job.with_max_kept_loss(Some(budget)).run(&automatic());
    let outcome = outcome.unwrap();
    assert_eq!(outcome.steps.len(), 1);
    let gate = Gate {
        max_kept_loss: budget,
    };
    let breaches = gate.breaches(&request, &outcome);
    let said: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("kept codes rose"), "{said:?}");
    assert!(
        said[1].contains("not forgotten") && said[1].contains("ring"),
        "{said:?}"
    );
}

#[test]
fn harm_to_the_kept_codes_breaks_the_gate() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let settings = Map::from_iter([
        ("lambda2".to_owned(), json!(1e3)),
        ("lambda1".to_owned(), json!(1e3)),
    ]);
    let job = Job::new(&model, &codes, &request).unwrap();
    let outcome = job
        .run(method("mnemonic", settings).unwrap().as_ref())
        .unwrap();
    let gate = Gate {
        max_kept_loss: MAX_KEPT_LOSS,
    };
    let breaches = gate.breaches(&request, &outcome);
    assert!(
        matches!(breaches[0], Breach::KeptLoss { .. }),
        "{breaches:?}"
    );
}

/// Within the classifier layer only that layer is computed; it must be the
/// same as moving the whole network.
#[test]
fn a_part_moves_as_the_whole_does() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let network = &model.network;
    let fisher = |classes: &[usize]| {
        fisher_batched(network, &codes.batch(classes, network.device()), classes)
    };
    let fishers = [fisher(request.forgotten()), fisher(request.kept())];
    let lambdas = [0.1, 3.0];
    for scope in [Scope::Classifier, Scope::Output] {
        let whole = Perturbation::new(network, fishers.each_ref(), scope, request.forgotten());
        let settings = MnemonicSettings {
            lambda1: Some(lambdas[0]),
            lambda2: Some(lambdas[1]),
            scope: Some(scope),
            goal: None,
        };
        let job = Job::new(&model, &codes, &request).unwrap();
        let outcome = job.run(&Mnemonic::new(settings).unwrap()).unwrap();
        let sign = outcome.steps[0].sign;
        assert_eq!(sign, Sign::Minus);
        let expected = whole.apply(network, lambdas, sign);
        let pairs = expected
            .parameters()
            .iter()
            .zip(outcome.model.network.parameters());
        for (expected, found) in pairs {
            assert_eq!(
                expected.value.to_vec(),
                found.value.to_vec(),
                "{}",
                found.name
            );
        }
    }
}

/// The constants of the prediction are those of the committed record.
#[test]
fn confidence_is_as_the_record_has_it() {
    let record = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../experiments/records/confidence.json"
    );
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
    let [mean, deviation] = [0, 1].map(|place| record["constants"][place].as_f64().unwrap());
    let loss = |log_odds: f64| (-log_odds).exp().ln_1p();
    let known = 6.0;
    for (deviations, expected) in [(0.0, 0.5), (1.0, 0.841_345), (-1.0, 0.158_655)] {
        let fall = (mean + deviations * deviation).exp();
        let found = confidence(loss(known), loss(known * (1.0 - fall))).unwrap();
        assert!((found - expected).abs() < 2e-3, "{found} {expected}");
    }
}
