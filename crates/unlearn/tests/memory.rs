//! Asking a network again and again takes no more memory than asking it once.

use unlearn::audit::evaluate;
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::data::{Normalization, format::shapes};
use unlearn::network::Device;
use unlearn::network::{Architecture, Network};

/// Resident memory of this process, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<usize>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn evaluation_does_not_grow() {
    let data = shapes::draw(1, 1, 40);
    let architecture = Architecture::Cnn { width: 4 };
    let graph = architecture.build(&data.shape, data.classes.len()).unwrap();
    let network = Network::initialize(graph, 3, &Device::flex());
    let normalization = Normalization::none(3);
    let metadata = ModelMetadata::new(architecture, data.shape, data.classes, normalization);
    let model = Model { network, metadata };
    let ask = || evaluate(&model, &data.test, &[], |_| {});
    for _ in 0..5 {
        ask();
    }
    let before = resident();
    for _ in 0..30 {
        ask();
    }
    let grown = resident().saturating_sub(before);
    // One pass holds about 13 MB of activations; 30 kept graphs would be 400 MB.
    assert!(grown < 20 << 20, "grown by {grown} bytes");
}
