//! How long the parts take: forward, training step, Fisher, perturbation; and two methods that take images.
//!
//! `bench/beside_torch.py` runs the same work in PyTorch beside it. The environment
//! variable `UNLEARN_DEVICE` names another device than `flex`.

use divan::Bencher;
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::{Augmentation, ClassNames, Digest, Normalization, Split};
use unlearn::fisher::{Fisher, fisher_batched, fisher_sequential};
use unlearn::forget::{Job, Perturbation, Request, Scope, Sign, method};
use unlearn::network::{Activation, Architecture, Device, DeviceName, Network, Value};
use unlearn::train::{Flow, Observer, Progress, Schedule, TrainSettings, Trainer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: [&str; 3] = ["mlp", "resnet18-16", "resnet18-64"];
/// Those on which methods that take images are measured: the third would take minutes.
const SMALL: [&str; 2] = ["mlp", "resnet18-16"];
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

/// Images of some classes.
fn images(shape: [usize; 3], labels: impl Iterator<Item = usize>) -> Split {
    let labels: Vec<u32> = labels.map(|label| label as u32).collect();
    let length: usize = shape.iter().product();
    let pixels = (0..labels.len() * length).map(|index| (index * 37 % 251) as u8);
    Split::new(shape, pixels.collect(), labels)
}

fn metadata(architecture: Architecture, shape: [usize; 3]) -> ModelMetadata {
    let classes = ClassNames::numbered(CLASSES);
    ModelMetadata::new(architecture, shape, classes, Normalization::none(shape[0]))
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
    let samples = images(shape, (0..batch).map(|index| index % CLASSES));
    let metadata = metadata(architecture, shape);
    let settings = TrainSettings {
        epochs: 1 << 20,
        batch_size: batch,
        schedule: Schedule::Constant,
        learning_rate: 1e-3,
        mix: 0.0,
        ..TrainSettings::default()
    };
    let parameters = settings.check().expect("settings of the benchmark");
    let digest = Digest::of(b"benchmark");
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

#[divan::bench(args = SMALL)]
fn ssd(bencher: Bencher, name: &str) {
    forgetting(bencher, name, "ssd", 32);
}

#[divan::bench(args = SMALL)]
fn sfdn(bencher: Bencher, name: &str) {
    forgetting(bencher, name, "sfdn", 4);
}

/// A method with its defaults on so many images per class.
fn forgetting(bencher: Bencher, name: &str, named: &str, per_class: usize) {
    let (network, shape, _) = network(name);
    let samples = images(
        shape,
        (0..CLASSES * per_class).map(|index| index / per_class),
    );
    let metadata = metadata(case(name).0, shape);
    let model = Model { network, metadata };
    let request = Request::new(&model, &["0"]).expect("a class of the benchmark");
    let method = method(named, serde_json::Map::new()).expect("a known method");
    let job = Job::without_codes(&model, &request).with_images(&samples, Augmentation::default());
    let job = job.expect("images of the model's shape");
    let device = device();
    bencher.bench_local(|| {
        let outcome = job.run(method.as_ref());
        done(outcome.expect("a method that can"), &device)
    });
}
