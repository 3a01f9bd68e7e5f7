use burn::tensor::Device;
use std::time::Instant;
use unlearn::audit::evaluate;
use unlearn::checkpoint::ModelMetadata;
use unlearn::data::{LoadOptions, Normalization, Source, load};
use unlearn::forget::*;
use unlearn::network::*;
use unlearn::train::*;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
struct P(Instant);
impl Observer for P {
    fn step(&mut self, p: &Progress) -> Flow {
        if p.step % 100 == 0 {
            eprintln!("{p:?} {:.1}s", self.0.elapsed().as_secs_f64());
        }
        Flow::Continue
    }
    fn epoch(&mut self, r: &EpochRecord, t: &Trainer<'_>) -> Flow {
        eprintln!("{r:?} {:.1}s", self.0.elapsed().as_secs_f64());
        if let Ok(path) = std::env::var("RESUME") {
            std::fs::write(path, t.to_bytes()).unwrap();
        }
        Flow::Continue
    }
}
fn main() {
    let arg: Vec<String> = std::env::args().collect();
    let data = load(&Source::parse(&arg[1]), &LoadOptions::default()).unwrap();
    let (arch, settings, norm) = match arg[2].as_str() {
        "mnist" => (
            Architecture::Mlp {
                hidden: vec![1000],
                activation: Activation::Sigmoid,
            },
            TrainSettings {
                epochs: arg[3].parse().unwrap(),
                learning_rate: 0.01,
                schedule: Schedule::Constant,
                seed: 1,
                ..Default::default()
            },
            Normalization::none(1),
        ),
        "cnn" => (
            Architecture::Cnn {
                width: arg[4].parse().unwrap(),
            },
            TrainSettings {
                epochs: arg[3].parse().unwrap(),
                batch_size: arg[5].parse().unwrap(),
                seed: 1,
                ..Default::default()
            },
            Normalization::measure(&data.train),
        ),
        "cifar" => (
            Architecture::Resnet18 { width: 16 },
            TrainSettings {
                epochs: 8,
                batch_size: 128,
                learning_rate: 0.1,
                seed: 1,
                augmentation: unlearn::data::Augmentation {
                    pad_crop: 4,
                    flip: true,
                },
                ..Default::default()
            },
            Normalization::measure(&data.train),
        ),
        _ => panic!(),
    };
    let metadata = ModelMetadata::new(arch, data.shape, data.classes.clone(), norm);
    let device = Device::flex();
    let mut trainer = Trainer::new(
        metadata,
        settings.check().unwrap(),
        &data.train,
        data.digest,
        &device,
    )
    .unwrap();
    trainer.run(&mut P(Instant::now()));
    let model = trainer.model();
    let t = Instant::now();
    let base = evaluate(model, &data.test, &[], |_| {});
    println!("accuracy {} in {:?}", base.accuracy_percent, t.elapsed());
    for class in 0..10 {
        let request = Request::new(model, &[class.to_string()]).unwrap();
        let before = evaluate(model, &data.test, request.forgotten(), |_| {});
        for scope in [Scope::All, Scope::Classifier] {
            for (l1, l2) in [(1e-3, 10.0), (1e-2, 1.0), (1e-3, 1.0), (1e-1, 0.3)] {
                let method = Mnemonic::new(MnemonicSettings {
                    lambda1: l1,
                    lambda2: l2,
                    scope,
                })
                .unwrap();
                let outcome = Job::new(model, trainer.codes(), &request)
                    .unwrap()
                    .run(&method)
                    .unwrap();
                let after = evaluate(&outcome.model, &data.test, request.forgotten(), |_| {});
                println!(
                    "class {class} {scope:?} {l1} {l2}: A_R {:.2} -> {:.2} E_F {:.2} {:?} {} {:.4}s largest {}",
                    before.kept_accuracy_percent,
                    after.kept_accuracy_percent,
                    after.forgotten_error_percent.unwrap(),
                    outcome.codes,
                    outcome.choices["sign"],
                    outcome.forget_seconds,
                    outcome.largest_change()
                );
            }
        }
    }
}
