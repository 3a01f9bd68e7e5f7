//! Train with codes, forget a class, measure: `cargo run -p unlearn --example forget_a_class`.

use unlearn::audit::evaluate;
use unlearn::checkpoint::ModelMetadata;
use unlearn::code::CodeKind;
use unlearn::data::{LoadOptions, Normalization, Source, load};
use unlearn::forget::{Job, Request, method, recommended};
use unlearn::network::{Architecture, Device};
use unlearn::train::{TrainSettings, Trainer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = load(&Source::Shapes, &LoadOptions::default())?;
    let cnn = Architecture::Cnn { width: 16 };
    let normalization = Normalization::measure(&data.train);
    let metadata = ModelMetadata::new(cnn, data.shape, data.classes, normalization);
    let settings = TrainSettings {
        epochs: 8,
        batch_size: 32,
        learning_rate: 0.1,
        code_kind: CodeKind::Normal,
        code_block: 4,
        ..TrainSettings::default()
    };
    let device = Device::flex();
    let mut trainer = Trainer::new(
        metadata,
        settings.check()?,
        &data.train,
        data.digest,
        &device,
    )?;
    trainer.run(&mut ());

    let (model, codes) = trainer.trained(&mut ());
    let request = Request::new(&model, &["triangle"])?;
    let best = recommended(&model, Some(&codes), &request);
    let method = method(best.method, Default::default())?;
    let outcome = Job::new(&model, &codes, &request)?.run(method.as_ref())?;
    for model in [&model, &outcome.model] {
        let measured = evaluate(model, &data.test, request.forgotten(), |_| {});
        let error = measured.forgotten_error_percent.unwrap_or(f64::NAN);
        println!(
            "kept classes {:.1} % right, triangle {error:.1} % wrong",
            measured.kept_accuracy_percent
        );
    }
    Ok(())
}
