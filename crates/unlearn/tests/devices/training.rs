//! Training, and models on their way to disk and back.

use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::Codebook;
use unlearn::data::format::shapes;
use unlearn::data::{Dataset, Normalization};
use unlearn::network::{Architecture, Device, DeviceName};
use unlearn::train::{Flow, Observer, OptimizerKind, Progress, TrainSettings, Trainer};

use super::present::devices;

/// Ten classes of eight images.
pub fn data() -> Dataset {
    shapes::draw(1, 8, 2)
}

/// The mean loss since the epoch began, after every step.
#[derive(Default)]
struct Losses(Vec<f64>);

impl Observer for Losses {
    fn step(&mut self, progress: &Progress) -> Flow {
        self.0.push(progress.loss);
        Flow::Continue
    }
}

/// Trains a small network on a device; gives the losses, the model and its codes.
pub fn train(
    architecture: Architecture,
    settings: TrainSettings,
    data: &Dataset,
    device: &Device,
) -> (Vec<f64>, Model, Codebook) {
    let normalization = Normalization::measure(&data.train);
    let metadata = ModelMetadata::new(
        architecture,
        data.shape,
        data.classes.clone(),
        normalization,
    );
    let parameters = settings.check().unwrap();
    let mut trainer = Trainer::new(metadata, parameters, &data.train, data.digest, device).unwrap();
    let mut losses = Losses::default();
    assert!(trainer.run(&mut losses));
    (losses.0, trainer.model(), trainer.codes())
}

/// Some steps of a ResNet and of each optimizer.
#[test]
fn losses_fall_as_they_do_in_main_memory() {
    let data = data();
    let flex = DeviceName::Flex.open().unwrap();
    for optimizer in [OptimizerKind::Sgd, OptimizerKind::Adam] {
        let settings = TrainSettings {
            epochs: 4,
            batch_size: 40,
            learning_rate: 0.02,
            optimizer,
            mix: 0.3,
            seed: 1,
            ..TrainSettings::default()
        };
        let train = |device| {
            let architecture = Architecture::Resnet18 { width: 4 };
            train(architecture, settings.clone(), &data, device)
        };
        let (expected, ..) = train(&flex);
        assert!(expected.last() < expected.first(), "{expected:?}");
        for present in devices() {
            let (found, model, _) = train(&present.device);
            for (found, expected) in found.iter().zip(&expected) {
                // Small differences grow from step to step.
                let close = (found - expected).abs() <= 1e-2 * expected;
                assert!(
                    close,
                    "{}, {optimizer:?}: loss {found}, expected {expected}",
                    present.name
                );
            }
            for parameter in model.network.parameters() {
                assert_eq!(
                    &parameter.value.device(),
                    &present.device,
                    "{}",
                    parameter.name
                );
            }
        }
    }
}

#[test]
fn a_model_moves_between_devices_without_losing_a_bit() {
    let graph = Architecture::Resnet18 { width: 4 };
    let settings = TrainSettings {
        epochs: 1,
        batch_size: 40,
        seed: 1,
        ..TrainSettings::default()
    };
    let flex = DeviceName::Flex.open().unwrap();
    let (_, model, _) = train(graph, settings, &data(), &flex);
    let bytes = model.to_bytes();
    for present in devices() {
        let moved = Model::parse("m".as_ref(), &bytes, &present.device).unwrap();
        assert_eq!(moved.to_bytes(), bytes, "{}", present.name);
        assert_eq!(moved.digest(), model.digest(), "{}", present.name);
    }
}
