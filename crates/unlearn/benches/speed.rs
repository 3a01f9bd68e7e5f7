//! How long the parts take: forward, training step, Fisher, perturbation.
//!
//! `bench/beside_torch.py` runs the same work in PyTorch beside it. The environment
//! variable `UNLEARN_DEVICE` names another device than `flex`.

use divan::Bencher;
use unlearn::checkpoint::ModelMetadata;
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::{ClassNames, Normalization, Split};
use unlearn::fisher::{Fisher, fisher_batched, fisher_sequential};
use unlearn::forget::{Perturbation, Scope, Sign};
use unlearn::network::{Activation, Architecture, Device, DeviceName, Network, Value};
use unlearn::train::{Flow, Observer, Progress, Schedule, TrainSettings, Trainer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: [&str; 3] = ["mlp", "resnet18-16", "resnet18-64"];
const CLASSES: usize = 10;

fn main() {
    divan::main();
}

/// The device that is measured.
fn device() -> Device {
    let name = std::env::var("UNLEARN_DEVICE").unwrap_or_else(|_| "flex".into());
    let device = name.parse().and_then(DeviceName::open);
    device.unwrap_or_else(|error| panic!("UNLEARN_DEVICE: {error}"))
}

/// Waits until the device has done what it was asked: some only take notes.
fn done<T>(result: T, device: &Device) -> T {
    let done = device.sync();
    done.unwrap_or_else(|error| panic!("the device failed: {error:?}"));
    result
}

/// Architecture, input shape and batch size of a row.
fn case(name: &str) -> (Architecture, [usize; 3], usize) {
    match name {
        "mlp" => {
            let mlp = Architecture::Mlp {
                hidden: vec![1000],
                activation: Activation::Sigmoid,
            };
            (mlp, [1, 28, 28], 128)
        }
        "resnet18-16" => (Architecture::Resnet18 { width: 16 }, [3, 32, 32], 32),
        _ => (Architecture::Resnet18 { width: 64 }, [3, 32, 32], 32),
    }
}

fn network(name: &str) -> (Network, [usize; 3], usize) {
    let (architecture, shape, batch) = case(name);
    let graph = architecture
        .build(&shape, CLASSES)
        .expect("a known network");
    (Network::initialize(graph, 1, &device()), shape, batch)
}

fn codes(shape: [usize; 3], count: usize) -> (Value, Vec<usize>) {
    let codes = Codebook::draw(1, CodeKind::Uniform, 1, ClassNames::numbered(count), shape);
    let classes: Vec<usize> = (0..count).collect();
    let labels = classes.iter().map(|class| class % CLASSES).collect();
    (codes.batch(&classes, &device()), labels)
}

#[divan::bench(args = NAMES)]
fn forward(bencher: Bencher, name: &str) {
    let (network, shape, batch) = network(name);
    let (inputs, _) = codes(shape, batch);
    bencher.bench_local(|| network.forward(inputs.clone()).into_vec());
}

/// Steps without end: each call of the benchmark lets one through.
struct OneStep;

impl Observer for OneStep {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Stop
    }
}

#[divan::bench(args = NAMES)]
fn training_step(bencher: Bencher, name: &str) {
    let (architecture, shape, batch) = case(name);
    let length: usize = shape.iter().product();
    let pixels = (0..batch * length).map(|index| (index * 37 % 251) as u8);
    let labels = (0..batch).map(|index| (index % CLASSES) as u32);
    let samples = Split::new(shape, pixels.collect(), labels.collect());
    let classes = ClassNames::numbered(CLASSES);
    let normalization = Normalization::none(shape[0]);
    let metadata = ModelMetadata::new(architecture, shape, classes, normalization);
    let settings = TrainSettings {
        epochs: 1 << 20,
        batch_size: batch,
        schedule: Schedule::Constant,
        learning_rate: 1e-3,
        mix: 0.0,
        ..TrainSettings::default()
    };
    let parameters = settings.check().expect("settings of the benchmark");
    let digest = unlearn::data::Digest::of(b"benchmark");
    let device = device();
    let mut trainer =
        Trainer::new(metadata, parameters, &samples, digest, &device).expect("a known network");
    bencher.bench_local(|| done(trainer.run(&mut OneStep), &device));
}

#[divan::bench(args = NAMES)]
fn fisher_loop(bencher: Bencher, name: &str) {
    fisher(bencher, name, fisher_sequential);
}

#[divan::bench(args = NAMES, name = "fisher_batched")]
fn fisher_at_once(bencher: Bencher, name: &str) {
    fisher(bencher, name, fisher_batched);
}

fn fisher(bencher: Bencher, name: &str, of: fn(&Network, &Value, &[usize]) -> Fisher) {
    let (network, shape, _) = network(name);
    let (inputs, labels) = codes(shape, CLASSES);
    let device = device();
    bencher.bench_local(|| done(of(&network, &inputs, &labels), &device));
}

#[divan::bench(args = NAMES)]
fn perturbation(bencher: Bencher, name: &str) {
    let (network, shape, _) = network(name);
    let (inputs, labels) = codes(shape, 2);
    let [forgotten, kept] = [0, 1].map(|class| {
        let input = Value::new(inputs.clone().tensor::<4>().narrow(0, class, 1));
        fisher_batched(&network, &input, &labels[class..=class])
    });
    let device = device();
    bencher.bench_local(|| {
        let step = Perturbation::new(&network, [&forgotten, &kept], Scope::All, &[0]);
        let networks =
            [Sign::Plus, Sign::Minus].map(|sign| step.apply(&network, [1e-3, 10.0], sign));
        done(networks, &device)
    });
}
