//! Output, gradients and Fisher of every operation.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use unlearn::network::Device;
use unlearn::network::Value;
use unlearn::network::op::{
    Add, AvgPool, BatchNorm, Conv2d, Flatten, Gelu, GlobalAvgPool, LeakyRelu, Linear, MaxPool,
    Mode, Operation, Reconstruction, Relu, Sigmoid, Unflatten, Upsample, Vote, Wanted, Window,
};

use super::reference::{assert_close, filled, loss_gradient, read, signed_input};

#[derive(Deserialize)]
struct File {
    tolerance: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    operation: String,
    configuration: Json,
    input_shapes: Vec<Vec<usize>>,
    output_shape: Vec<usize>,
    output: Vec<f64>,
    input_gradients: Vec<Vec<f64>>,
    gradients: BTreeMap<String, Vec<f64>>,
    fisher: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Conv {
    in_channels: usize,
    out_channels: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    groups: usize,
    bias: bool,
}

#[derive(Deserialize)]
struct Pool {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

fn of<T: serde::de::DeserializeOwned>(configuration: &Json) -> T {
    serde_json::from_value(configuration.clone()).expect("the configuration of a case")
}

fn window(configuration: &Json) -> Window {
    let Pool {
        kernel,
        stride,
        padding,
    } = of(configuration);
    Window {
        kernel,
        stride,
        padding,
    }
}

fn operation(case: &Case) -> Box<dyn Operation> {
    let configuration = &case.configuration;
    let size = |key: &str| configuration[key].as_u64().expect(key) as usize;
    match case.operation.as_str() {
        "linear" => Box::new(Linear::new(size("in_features"), size("out_features"))),
        "conv2d" => {
            let conv: Conv = of(configuration);
            Box::new(Conv2d {
                inputs: conv.in_channels,
                outputs: conv.out_channels,
                kernel: conv.kernel,
                stride: conv.stride,
                padding: conv.padding,
                groups: conv.groups,
                bias: conv.bias,
            })
        }
        "batch_norm" => Box::new(BatchNorm::new(size("channels"))),
        "relu" => Box::new(Relu),
        "sigmoid" => Box::new(Sigmoid),
        "gelu" => Box::new(Gelu),
        "max_pool" => Box::new(MaxPool {
            window: window(configuration),
        }),
        "avg_pool" => Box::new(AvgPool {
            window: window(configuration),
        }),
        "global_avg_pool" => Box::new(GlobalAvgPool),
        "add" => Box::new(Add),
        "flatten" => Box::new(Flatten),
        "leaky_relu" => Box::new(LeakyRelu {
            slope: configuration["slope"].as_f64().expect("slope"),
        }),
        "unflatten" => Box::new(Unflatten {
            shape: of(&configuration["shape"]),
        }),
        "vote" => Box::new(of::<Vote>(&configuration["vote"])),
        "reconstruction" => Box::new(Reconstruction {
            classes: size("classes"),
            known: of(&configuration["known"]),
        }),
        "upsample" => Box::new(Upsample {
            factor: size("factor"),
        }),
        other => panic!("a case of an unknown operation: {other}"),
    }
}

#[test]
fn every_operation_is_pytorchs() {
    let File { tolerance, cases } = read(include_str!("operations.json"));
    for case in &cases {
        let operation = operation(case);
        let what = |part: &str| format!("{}: {part}", case.name);
        let mut offset = 0;
        let inputs: Vec<Value> = case
            .input_shapes
            .iter()
            .map(|shape| {
                let value = signed_input(offset, shape);
                offset += value.element_count();
                value
            })
            .collect();
        let specs = operation.parameters();
        let parameters: Vec<Value> = specs
            .iter()
            .enumerate()
            .map(|(k, spec)| {
                Value::from_vec(
                    filled(spec.suffix, k, &spec.shape),
                    &spec.shape,
                    &Device::flex(),
                )
            })
            .collect();

        let samples: Vec<&[usize]> = case.input_shapes.iter().map(|shape| &shape[1..]).collect();
        assert_eq!(
            operation.output_shape(&samples).unwrap(),
            case.output_shape[1..]
        );
        let forward = operation.forward(inputs.clone(), &parameters, &mut Mode::Inference);
        assert_eq!(forward.output.shape(), case.output_shape);
        assert_close(
            &what("output"),
            &forward.output.to_vec(),
            &case.output,
            tolerance,
        );

        let delta = loss_gradient(&case.output_shape);
        let wanted = Wanted {
            inputs: &vec![true; inputs.len()],
            parameters: true,
        };
        let gradients = operation.backward(&forward.saved, &parameters, delta.clone(), wanted);
        for (gradient, expected) in gradients.inputs.iter().zip(&case.input_gradients) {
            let gradient = gradient.as_ref().expect("a wanted gradient").to_vec();
            assert_close(&what("input gradient"), &gradient, expected, tolerance);
        }
        let squares = operation.squared_gradients(&forward.saved, &parameters, &delta);
        for (index, spec) in specs.iter().enumerate() {
            let Some(expected) = case.gradients.get(spec.suffix) else {
                assert!(!spec.role.is_trained(), "{} has no gradient", spec.suffix);
                continue;
            };
            let gradient = gradients.parameters[index]
                .as_ref()
                .expect("a trained parameter");
            assert_close(&what(spec.suffix), &gradient.to_vec(), expected, tolerance);
            let square = squares[index].as_ref().expect("a trained parameter");
            let expected = &case.fisher[spec.suffix];
            let what = what(&format!("Fisher of {}", spec.suffix));
            assert_close(&what, &square.to_vec(), expected, tolerance);
        }
    }
}
