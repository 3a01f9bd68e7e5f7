//! Bytes to the reader of interrupted training runs.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use unlearn::checkpoint::ModelMetadata;
use unlearn::data::{Normalization, format::shapes};
use unlearn::network::Architecture;
use unlearn::network::Device;
use unlearn::train::{Flow, Observer, Progress, TrainSettings, Trainer};

/// Lets one step through: what was read can be used.
struct OneStep;

impl Observer for OneStep {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Stop
    }
}

fuzz_target!(|bytes: &[u8]| {
    let data = shapes::draw(0, 2, 1);
    let normalization = Normalization::none(data.shape[0]);
    let architecture = Architecture::Cnn { width: 1 };
    let metadata = ModelMetadata::new(architecture, data.shape, data.classes, normalization);
    let Ok(parameters) = TrainSettings::default().check() else {
        return;
    };
    let path = Path::new("fuzzed.safetensors");
    let device = Device::flex();
    let (samples, digest) = (&data.train, data.digest);
    let run = Trainer::parse(path, bytes, metadata, parameters, samples, digest, &device);
    if let Ok(mut trainer) = run {
        trainer.run(&mut OneStep);
    }
});
