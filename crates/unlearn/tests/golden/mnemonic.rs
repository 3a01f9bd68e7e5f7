//! Fisher diagonals, ratios and both candidates of two tiny networks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use unlearn::fisher::{Fisher, fisher_batched, fisher_sequential};
use unlearn::forget::{Perturbation, Scope, Sign, eta};
use unlearn::network::Device;
use unlearn::network::op::{BatchNorm, Conv2d, GlobalAvgPool, Linear, Relu};
use unlearn::network::{Architecture, CrossEntropy, Graph, GraphBuilder, Network, Value};

use super::reference::{assert_close, filled, input, read};

type Numbers = BTreeMap<String, Vec<f64>>;

#[derive(Deserialize)]
struct File {
    tolerance: f64,
    guard: Vec<Guard>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Guard {
    fisher_forgotten: Vec<f64>,
    fisher_kept: Vec<f64>,
    eta: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    architecture: Json,
    input_shape: Vec<usize>,
    classes: usize,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    forgotten: Vec<usize>,
    fisher_forgotten: Numbers,
    fisher_kept: Numbers,
    eta: Numbers,
    moves: Vec<Move>,
}

#[derive(Deserialize)]
struct Move {
    lambda1: f64,
    lambda2: f64,
    plus: Candidate,
    minus: Candidate,
}

#[derive(Deserialize)]
struct Candidate {
    parameters: Numbers,
    code_losses: Vec<f64>,
}

fn graph(case: &Case) -> Graph {
    if case.name == "mlp" {
        let mlp: Architecture = serde_json::from_value(case.architecture.clone()).unwrap();
        return mlp.build(&case.input_shape, case.classes).unwrap();
    }
    let (mut builder, mut value) = GraphBuilder::new(&case.input_shape);
    value = builder
        .layer("conv1", Conv2d::new(1, 3, 3), &[value])
        .unwrap();
    value = builder.layer("bn1", BatchNorm::new(3), &[value]).unwrap();
    value = builder.apply(Relu, &[value]).unwrap();
    value = builder.apply(GlobalAvgPool, &[value]).unwrap();
    builder
        .layer("fc", Linear::new(3, case.classes), &[value])
        .unwrap();
    builder.finish()
}

/// The codes of some classes: parts of one wave.
fn codes(case: &Case, classes: &[usize]) -> Value {
    let length: usize = case.input_shape.iter().product();
    let one = |class: &usize| input(class * length, &case.input_shape).to_vec();
    let mut shape = vec![classes.len()];
    shape.extend(&case.input_shape);
    Value::from_vec(
        classes.iter().flat_map(one).collect(),
        &shape,
        &Device::flex(),
    )
}

#[test]
fn the_guard_keeps_ratios_finite_as_documented() {
    let file: File = read(include_str!("mnemonic.json"));
    for guard in &file.guard {
        let ratios = eta(&guard.fisher_forgotten, &guard.fisher_kept);
        let ratios: Vec<f32> = ratios.into_iter().map(|ratio| ratio as f32).collect();
        assert_close("eta", &ratios, &guard.eta, file.tolerance);
    }
}

#[test]
fn fisher_ratios_and_candidates_are_the_papers() {
    let File {
        tolerance, cases, ..
    } = read(include_str!("mnemonic.json"));
    for case in &cases {
        let graph = graph(case);
        let specs = graph.parameters().iter().enumerate();
        let values = specs
            .map(|(k, spec)| filled(&spec.name, k, &spec.shape))
            .collect();
        let network = Network::with_values(graph, values, &Device::flex());
        for request in &case.requests {
            check(case, request, &network, tolerance);
        }
    }
}

fn check(case: &Case, request: &Request, network: &Network, tolerance: f64) {
    let kept = (0..case.classes).filter(|class| !request.forgotten.contains(class));
    let groups = [request.forgotten.clone(), kept.collect()];
    let what = |part: &str| format!("{} {:?}: {part}", case.name, request.forgotten);
    let close = |part: &str, fisher: &Fisher, expected: &Numbers| {
        for (index, parameter) in network.parameters().iter().enumerate() {
            let values = fisher.values(index);
            assert_eq!(values.is_some(), expected.contains_key(&parameter.name));
            let Some(values) = values else { continue };
            let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
            let what = what(&format!("{part} of {}", parameter.name));
            assert_close(&what, &values, &expected[&parameter.name], tolerance);
        }
    };
    let fishers = groups.each_ref().map(|classes| {
        let codes = codes(case, classes);
        let loop_form = fisher_sequential(network, &codes, classes);
        let batched = fisher_batched(network, &codes, classes);
        assert_eq!(loop_form.backward_passes(), classes.len());
        [loop_form, batched]
    });
    let [of_forgotten, of_kept] = &fishers;
    for (forgotten, kept) in of_forgotten.iter().zip(of_kept) {
        close("f_F", forgotten, &request.fisher_forgotten);
        close("f_R", kept, &request.fisher_kept);
    }
    for (index, parameter) in network.parameters().iter().enumerate() {
        let [forgotten, kept] = [0, 1].map(|group| fishers[group][1].values(index));
        let (Some(forgotten), Some(kept)) = (forgotten, kept) else {
            continue;
        };
        let ratios = eta(&forgotten, &kept);
        let ratios: Vec<f32> = ratios.into_iter().map(|ratio| ratio as f32).collect();
        let what = what(&format!("eta of {}", parameter.name));
        // A ratio carries the errors of both of its parts.
        assert_close(
            &what,
            &ratios,
            &request.eta[&parameter.name],
            2.0 * tolerance,
        );
    }
    let both = [&fishers[0][1], &fishers[1][1]];
    let all: Vec<usize> = (0..case.classes).collect();
    for step in &request.moves {
        let lambdas = [step.lambda1, step.lambda2];
        let perturbation = Perturbation::new(network, both, Scope::All, &request.forgotten);
        for (sign, expected) in [(Sign::Plus, &step.plus), (Sign::Minus, &step.minus)] {
            let moved = perturbation.apply(network, lambdas, sign);
            for parameter in moved.parameters() {
                let Some(expected) = expected.parameters.get(&parameter.name) else {
                    continue;
                };
                let what = what(&format!("{} moved {}", parameter.name, sign.symbol()));
                assert_close(&what, &parameter.value.to_vec(), expected, tolerance);
            }
            let logits = moved.forward(codes(case, &all));
            let losses = CrossEntropy::new(&logits, &all, 0.0).losses;
            let losses: Vec<f32> = losses.into_iter().map(|loss| loss as f32).collect();
            assert_close(
                &what("code losses"),
                &losses,
                &expected.code_losses,
                tolerance,
            );
        }
    }
}
