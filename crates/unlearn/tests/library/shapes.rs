//! The artificial set needs more than a linear model.

use unlearn::audit::evaluate;
use unlearn::checkpoint::ModelMetadata;
use unlearn::data::{LoadOptions, Normalization, Source, load};
use unlearn::network::{Activation, Architecture, Device};
use unlearn::train::{OptimizerKind, TrainSettings, Trainer};

/// Softmax regression, at three learning rates: the best of them counts.
#[test]
fn a_linear_model_stays_under_sixty_percent() {
    let data = load(&Source::Shapes, &LoadOptions::default()).unwrap();
    let device = Device::flex();
    let accuracy = |learning_rate: f64| {
        let linear = Architecture::Mlp {
            hidden: Vec::new(),
            activation: Activation::Relu,
        };
        let normalization = Normalization::measure(&data.train);
        let metadata = ModelMetadata::new(linear, data.shape, data.classes.clone(), normalization);
        let settings = TrainSettings {
            epochs: 20,
            optimizer: OptimizerKind::Adam,
            learning_rate,
            mix: 0.0,
            seed: 1,
            ..TrainSettings::default()
        };
        let parameters = settings.check().unwrap();
        let trainer = Trainer::new(metadata, parameters, &data.train, data.digest, &device);
        let mut trainer = trainer.unwrap();
        trainer.run(&mut ());
        evaluate(&trainer.model(), &data.test, &[], |_| {}).accuracy_percent
    };
    let accuracies = [1e-4, 3e-4, 1e-3].map(accuracy);
    println!("softmax regression: {accuracies:?} % of the test images");
    let best = accuracies.into_iter().fold(0.0, f64::max);
    // Well above the 10 % of chance: the model did learn.
    assert!(best > 25.0 && best < 60.0, "{accuracies:?}");
}
