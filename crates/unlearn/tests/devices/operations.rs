//! Every operation: output, gradients and squared gradients.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use unlearn::network::op::{
    Add, AvgPool, BatchNorm, Conv2d, Dropout, Flatten, Gelu, GlobalAvgPool, Linear, MaxPool, Mode,
    Operation, Reconstruction, Relu, Sigmoid, Vote, Wanted, Window,
};
use unlearn::network::{Device, DeviceName, Value};

use super::close::assert_close;
use super::present::devices;

/// Kernels may add in another order, and a graphics card's division is not
/// always the nearest number.
const TOLERANCE: f32 = 2e-5;

/// An operation with the shape of its inputs.
struct Case {
    operation: Box<dyn Operation>,
    shape: Vec<usize>,
    inputs: usize,
}

fn case(operation: impl Operation + 'static, shape: &[usize]) -> Case {
    Case {
        operation: Box::new(operation),
        shape: shape.to_vec(),
        inputs: 1,
    }
}

fn conv(
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
) -> Conv2d {
    Conv2d {
        inputs,
        outputs,
        kernel,
        stride,
        padding,
        groups: 1,
        bias: false,
    }
}

fn cases() -> Vec<Case> {
    let image = [6, 4, 9, 8];
    let window = Window {
        kernel: [3, 2],
        stride: [2, 2],
        padding: [1, 1],
    };
    let reconstruction = Reconstruction {
        classes: 4,
        known: vec![1, 2],
    };
    vec![
        case(Linear::new(12, 5), &[7, 12]),
        case(
            Linear {
                bias: false,
                ..Linear::new(12, 5)
            },
            &[7, 12],
        ),
        case(Linear::new(8, 5), &[6, 4, 9, 8]),
        case(conv(4, 6, [3, 3], [1, 1], [1, 1]), &image),
        case(conv(4, 6, [3, 3], [2, 2], [1, 1]), &image),
        case(conv(4, 6, [1, 1], [2, 2], [0, 0]), &image),
        case(conv(4, 6, [3, 1], [2, 1], [0, 2]), &image),
        case(
            Conv2d {
                groups: 2,
                bias: true,
                ..conv(4, 6, [3, 3], [1, 2], [1, 0])
            },
            &image,
        ),
        case(
            Conv2d {
                groups: 4,
                ..conv(4, 8, [5, 3], [3, 1], [2, 1])
            },
            &image,
        ),
        case(BatchNorm::new(4), &image),
        case(BatchNorm::new(12), &[7, 12]),
        case(BatchNorm::new(4), &[1, 4]),
        case(Relu, &image),
        case(Sigmoid, &image),
        case(Gelu, &image),
        case(
            MaxPool {
                window: window.clone(),
            },
            &image,
        ),
        case(
            MaxPool {
                window: Window::square(2),
            },
            &[3, 2, 8, 6],
        ),
        case(AvgPool { window }, &image),
        case(
            AvgPool {
                window: Window::square(2),
            },
            &[3, 2, 8, 6],
        ),
        case(GlobalAvgPool, &image),
        case(Flatten, &image),
        case(Dropout { probability: 0.5 }, &image),
        Case {
            inputs: 2,
            ..case(Add, &image)
        },
        Case {
            inputs: 3,
            ..case(Vote::OneHot, &[7, 12])
        },
        Case {
            inputs: 3,
            ..case(Vote::Softmax, &[7, 12])
        },
        Case {
            inputs: 3,
            ..case(reconstruction, &[7, 12])
        },
    ]
}

/// What an operation gives, by name.
type Results = Vec<(String, Vec<f32>)>;

/// Runs a case on a device; the numbers it starts from are the same everywhere.
fn run(case: &Case, training: bool, device: &Device) -> Results {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut draw = |shape: &[usize], from: f32| {
        let count = shape.iter().product();
        let numbers = (0..count).map(|_| from + 2.0 * random.random::<f32>());
        Value::from_vec(numbers.collect(), shape, device)
    };
    let operation = &case.operation;
    let inputs: Vec<Value> = (0..case.inputs).map(|_| draw(&case.shape, -1.0)).collect();
    let specs = operation.parameters();
    // Positive, as variances must be.
    let parameters: Vec<Value> = specs.iter().map(|spec| draw(&spec.shape, 0.1)).collect();
    let mut coins = ChaCha8Rng::seed_from_u64(8);
    let mut mode = match training {
        true => Mode::Training(&mut coins),
        false => Mode::Inference,
    };
    let kept = inputs.clone();
    let forward = operation.forward(inputs, &parameters, &mut mode);
    let delta = draw(forward.output.shape(), -1.0);
    let wanted = Wanted {
        inputs: &vec![true; case.inputs],
        parameters: true,
    };
    let gradients = operation.backward(&forward.saved, &parameters, delta.clone(), wanted);
    let squares = match training {
        true => Vec::new(),
        false => operation.squared_gradients(&forward.saved, &parameters, &delta),
    };
    let mut results: Results = vec![("output".into(), forward.output.to_vec())];
    let mut add = |what: String, value: &Value| results.push((what, value.to_vec()));
    for (index, value) in &forward.buffers {
        add(format!("new {}", specs[*index].suffix), value);
    }
    for (place, gradient) in gradients.inputs.iter().enumerate() {
        add(
            format!("gradient of input {place}"),
            gradient.as_ref().unwrap(),
        );
    }
    for (of, values) in [("gradient", gradients.parameters), ("squares", squares)] {
        for (spec, value) in specs.iter().zip(&values) {
            if let Some(value) = value {
                assert_eq!(value.shape(), spec.shape, "{of} of {}", spec.suffix);
                add(format!("{of} of {}", spec.suffix), value);
            }
        }
    }
    for (place, value) in kept.iter().enumerate() {
        add(format!("input {place} afterwards"), value);
    }
    results
}

#[test]
fn every_operation_does_what_it_does_in_main_memory() {
    let flex = DeviceName::Flex.open().unwrap();
    for present in devices() {
        for case in cases() {
            for training in [false, true] {
                let expected = run(&case, training, &flex);
                let found = run(&case, training, &present.device);
                let names = |results: &Results| -> Vec<String> {
                    results.iter().map(|(what, _)| what.clone()).collect()
                };
                assert_eq!(names(&found), names(&expected));
                for ((what, found), (_, expected)) in found.iter().zip(&expected) {
                    let mode = if training { "training" } else { "inference" };
                    let what = format!(
                        "{}: {:?} on {:?}, {mode}: {what}",
                        present.name, case.operation, case.shape
                    );
                    assert_close(&what, found, expected, TOLERANCE);
                }
            }
        }
    }
}
