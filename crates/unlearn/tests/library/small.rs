//! A small model with its codes, trained for a moment.

use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::format::shapes;
use unlearn::data::{ClassNames, Dataset, Normalization};
use unlearn::network::Device;
use unlearn::network::{Architecture, Network};
use unlearn::train::{TrainParameters, TrainSettings, Trainer};

/// Ten classes of ten images.
pub fn data() -> Dataset {
    shapes::draw(1, 10, 2)
}

pub fn metadata(data: &Dataset) -> ModelMetadata {
    let architecture = Architecture::Cnn { width: 4 };
    let normalization = Normalization::measure(&data.train);
    ModelMetadata::new(
        architecture,
        data.shape,
        data.classes.clone(),
        normalization,
    )
}

pub fn parameters() -> TrainParameters {
    with_spare_units(0)
}

/// The same, with so many spare units.
pub fn with_spare_units(spare_units: usize) -> TrainParameters {
    let settings = TrainSettings {
        epochs: 3,
        batch_size: 24,
        mix: 0.3,
        spare_units,
        seed: 1,
        ..TrainSettings::default()
    };
    settings.check().unwrap()
}

/// A model that has seen its codes, and the codes.
pub fn trained() -> (Model, Codebook) {
    trained_by(parameters())
}

/// The model that some training ends with, and its codes.
pub fn trained_by(parameters: TrainParameters) -> (Model, Codebook) {
    trained_on(&data(), parameters)
}

/// The same on these images.
pub fn trained_on(data: &Dataset, parameters: TrainParameters) -> (Model, Codebook) {
    let device = Device::flex();
    let run = Trainer::new(
        metadata(data),
        parameters,
        &data.train,
        data.digest,
        &device,
    );
    let mut trainer = run.unwrap();
    assert!(trainer.run(&mut ()));
    trainer.trained(&mut ())
}

/// Methods that make ensembles, with settings by which they take a moment only.
pub const ENSEMBLES: [(&str, &str); 2] = [
    ("sisa", r#"{"shards": 3, "class_shards": 2, "slices": 2}"#),
    (
        "arcane",
        r#"{"epochs": 2, "batch_size": 16, "hidden": [6]}"#,
    ),
];

/// An ensemble of three classes as it was drawn.
pub fn ensemble(architecture: Architecture) -> Model {
    let (mut model, _) = untrained(3);
    let graph = architecture.build(&model.metadata.input_shape, 3).unwrap();
    model.network = Network::initialize(graph, 3, &Device::flex());
    model.metadata.architecture = architecture;
    model
}

/// A model of so many classes as it was drawn, with codes.
pub fn untrained(classes: usize) -> (Model, Codebook) {
    let (shape, names) = ([3, 32, 32], ClassNames::numbered(classes));
    let architecture = Architecture::Cnn { width: 4 };
    let graph = architecture.build(&shape, classes).unwrap();
    let network = Network::initialize(graph, 3, &Device::flex());
    let codes = Codebook::draw(4, CodeKind::Uniform, 1, names.clone(), shape);
    let metadata = ModelMetadata::new(architecture, shape, names, Normalization::none(3));
    (Model { network, metadata }, codes)
}
