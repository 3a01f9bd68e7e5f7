//! The rules by which `make.py` fills tensors, and how numbers are compared.

use serde::de::DeserializeOwned;
use unlearn::network::Device;
use unlearn::network::Value;

/// Reads one of the files.
pub fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a golden file")
}

/// The value of the k-th entry of a state dict.
pub fn filled(name: &str, k: usize, shape: &[usize]) -> Vec<f32> {
    let count: usize = shape.iter().product();
    let fan_in: usize = shape.iter().skip(1).product();
    let suffix = name.rsplit('.').next().unwrap_or(name);
    let element = |i: usize| {
        let s = (1.0 + 0.7 * k as f64 + 0.618 * i as f64).sin();
        match suffix {
            "num_batches_tracked" => 0.0,
            "running_var" => 1.0 + 0.5 * s,
            "running_mean" | "bias" => 0.1 * s,
            _ if shape.len() >= 2 => s / (fan_in as f64).sqrt(),
            _ => 1.0 + 0.1 * s,
        }
    };
    (0..count).map(|i| element(i) as f32).collect()
}

/// The input of networks.
pub fn input(offset: usize, shape: &[usize]) -> Value {
    wave(offset, shape, 0.5)
}

/// The input of single operations, of both signs.
pub fn signed_input(offset: usize, shape: &[usize]) -> Value {
    wave(offset, shape, 0.0)
}

fn wave(offset: usize, shape: &[usize], centre: f64) -> Value {
    let count: usize = shape.iter().product();
    let at = |i: usize| centre + 0.5 * (0.37 * (offset + i) as f64 + 0.11).sin();
    let numbers = (0..count).map(|i| at(i) as f32).collect();
    Value::from_vec(numbers, shape, &Device::flex())
}

/// The gradient of the loss that the operations are tested with.
pub fn loss_gradient(shape: &[usize]) -> Value {
    let count: usize = shape.iter().product();
    let numbers = (0..count).map(|i| (0.5 * i as f64 + 0.2).cos() as f32);
    Value::from_vec(numbers.collect(), shape, &Device::flex())
}

/// `max |got - expected| <= tolerance * max |expected|`.
pub fn assert_close(what: &str, got: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: length");
    let scale = expected
        .iter()
        .fold(0.0, |most: f64, number| most.max(number.abs()));
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        let error = (f64::from(*got) - expected).abs();
        assert!(
            error <= tolerance * scale,
            "{what}[{index}]: got {got}, expected {expected}, tolerance {tolerance} of {scale}"
        );
    }
}
