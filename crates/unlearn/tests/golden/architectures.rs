//! State dicts and logits of every architecture.

use serde::Deserialize;
use unlearn::data::stream;
use unlearn::network::Device;
use unlearn::network::op::Mode;
use unlearn::network::{Architecture, Graph, Network, Role};

use super::reference::{assert_close, filled, input, read};

#[derive(Deserialize)]
struct File {
    tolerance: f64,
    cases: Vec<Case>,
    resnet18_standard: Standard,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    architecture: Architecture,
    input_shape: Vec<usize>,
    classes: usize,
    state_dict: Vec<(String, Vec<usize>, String)>,
    eval_logits: Vec<Vec<f64>>,
    train_logits: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Standard {
    architecture: Architecture,
    input_shape: Vec<usize>,
    classes: usize,
    state_dict: Vec<(String, Vec<usize>, String)>,
}

fn file() -> File {
    read(include_str!("architectures.json"))
}

fn state_dict(graph: &Graph) -> Vec<(String, Vec<usize>, String)> {
    let entries = graph.parameters().iter().map(|spec| {
        let numbers = match spec.role {
            Role::BatchCount => "int64",
            _ => "float32",
        };
        (spec.name.clone(), spec.shape.clone(), numbers.to_owned())
    });
    entries.collect()
}

#[test]
fn names_shapes_and_order_are_pytorchs() {
    let file = file();
    for case in &file.cases {
        let graph = case
            .architecture
            .build(&case.input_shape, case.classes)
            .unwrap();
        assert_eq!(state_dict(&graph), case.state_dict, "{}", case.name);
    }
    let standard = file.resnet18_standard;
    let graph = standard
        .architecture
        .build(&standard.input_shape, standard.classes)
        .unwrap();
    assert_eq!(state_dict(&graph), standard.state_dict);
}

#[test]
fn logits_are_pytorchs_in_both_modes() {
    let file = file();
    for case in &file.cases {
        let graph = case
            .architecture
            .build(&case.input_shape, case.classes)
            .unwrap();
        let specs = graph.parameters().iter().enumerate();
        let values = specs
            .map(|(k, spec)| filled(&spec.name, k, &spec.shape))
            .collect();
        let network = Network::with_values(graph, values, &Device::flex());
        let batch = |count: usize| {
            let mut shape = vec![count];
            shape.extend(&case.input_shape);
            input(0, &shape)
        };
        let logits = network.forward(batch(2)).to_vec();
        let expected = case.eval_logits.concat();
        assert_close(
            &format!("{} in inference", case.name),
            &logits,
            &expected,
            file.tolerance,
        );

        let mut random = stream(0, "unused: no dropout");
        let trace = network.trace(batch(4), &mut Mode::Training(&mut random));
        let expected = case.train_logits.concat();
        let logits = trace.output.to_vec();
        assert_close(
            &format!("{} in training", case.name),
            &logits,
            &expected,
            file.tolerance,
        );
    }
}
