//! Batch normalisation through two training steps, then inference.

use serde::Deserialize;
use unlearn::data::stream;
use unlearn::network::Device;
use unlearn::network::Value;
use unlearn::network::op::{BatchNorm, Mode, Operation, Wanted};

use super::reference::{assert_close, filled, loss_gradient, read, signed_input};

#[derive(Deserialize)]
struct File {
    tolerance: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    configuration: Configuration,
    input_shape: Vec<usize>,
    steps: Vec<Step>,
    inference: Inference,
}

#[derive(Deserialize)]
struct Configuration {
    channels: usize,
    momentum: f64,
    epsilon: f64,
}

#[derive(Deserialize)]
struct Step {
    input_offset: usize,
    output: Vec<f64>,
    input_gradient: Vec<f64>,
    gradients: Gradients,
    running_mean: Vec<f64>,
    running_var: Vec<f64>,
}

#[derive(Deserialize)]
struct Gradients {
    weight: Vec<f64>,
    bias: Vec<f64>,
}

#[derive(Deserialize)]
struct Inference {
    input_offset: usize,
    output: Vec<f64>,
}

#[test]
fn both_modes_and_running_statistics_are_pytorchs() {
    let File { tolerance, cases } = read(include_str!("batch_norm.json"));
    for case in &cases {
        let close = |what: &str, got: &Value, expected: &[f64]| {
            assert_close(
                &format!("{}: {what}", case.name),
                &got.to_vec(),
                expected,
                tolerance,
            );
        };
        let Configuration {
            channels,
            momentum,
            epsilon,
        } = case.configuration;
        let norm = BatchNorm {
            channels,
            epsilon,
            momentum,
        };
        let specs = norm.parameters().into_iter().enumerate();
        let mut parameters: Vec<Value> = specs
            .map(|(k, spec)| {
                Value::from_vec(
                    filled(spec.suffix, k, &spec.shape),
                    &spec.shape,
                    &Device::flex(),
                )
            })
            .collect();
        let mut random = stream(0, "unused");
        for step in &case.steps {
            let input = signed_input(step.input_offset, &case.input_shape);
            let mode = &mut Mode::Training(&mut random);
            let forward = norm.forward(vec![input], &parameters, mode);
            close("output in training", &forward.output, &step.output);
            let wanted = Wanted {
                inputs: &[true],
                parameters: true,
            };
            let delta = loss_gradient(&case.input_shape);
            let gradients = norm.backward(&forward.saved, &parameters, delta, wanted);
            close(
                "input gradient",
                gradients.inputs[0].as_ref().unwrap(),
                &step.input_gradient,
            );
            let [weight, bias] = [0, 1].map(|index| gradients.parameters[index].as_ref().unwrap());
            close("gamma's gradient", weight, &step.gradients.weight);
            close("beta's gradient", bias, &step.gradients.bias);
            for (index, value) in forward.buffers {
                parameters[index] = value;
            }
            close("running mean", &parameters[2], &step.running_mean);
            close("running variance", &parameters[3], &step.running_var);
        }
        assert_eq!(parameters[4].to_vec(), [case.steps.len() as f32]);
        let input = signed_input(case.inference.input_offset, &case.input_shape);
        let forward = norm.forward(vec![input], &parameters, &mut Mode::Inference);
        close(
            "output in inference",
            &forward.output,
            &case.inference.output,
        );
    }
}
