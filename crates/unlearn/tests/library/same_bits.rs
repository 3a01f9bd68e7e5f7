//! The same seed gives the same bits.

use super::small;
use unlearn::network::{Activation, Architecture, Device};
use unlearn::train::{EpochRecord, Flow, Observer, Progress, TrainError, TrainSettings, Trainer};

/// The bytes of a trained model's file, and of its codes'.
fn train(observer: &mut dyn Observer) -> [Vec<u8>; 2] {
    let data = small::data();
    let metadata = small::metadata(&data);
    let device = Device::flex();
    let trainer = Trainer::new(
        metadata,
        small::with_spare_units(2),
        &data.train,
        data.digest,
        &device,
    );
    let mut trainer = trainer.unwrap();
    trainer.run(observer);
    bytes(&trainer)
}

fn bytes(trainer: &Trainer<'_>) -> [Vec<u8>; 2] {
    let model = trainer.model();
    [model.to_bytes(), trainer.codes().to_bytes(model.digest())]
}

#[test]
fn two_runs_agree() {
    assert_eq!(train(&mut ()), train(&mut ()));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let [one, three] = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| train(&mut ()))
    });
    assert_eq!(one, three);
}

/// A layer so wide that its products are shared out over threads.
#[test]
fn nor_does_it_for_wide_layers() {
    let train = || {
        let data = small::data();
        let mut metadata = small::metadata(&data);
        metadata.architecture = Architecture::Mlp {
            hidden: vec![1000],
            activation: Activation::Sigmoid,
        };
        let settings = TrainSettings {
            batch_size: 100,
            ..small::with_spare_units(2).settings().clone()
        };
        let parameters = settings.check().unwrap();
        let device = Device::flex();
        let trainer = Trainer::new(metadata, parameters, &data.train, data.digest, &device);
        let mut trainer = trainer.unwrap();
        trainer.run(&mut StopAfter(2));
        trainer.model().digest()
    };
    let [one, two, three] = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(train)
    });
    assert_eq!(one, two);
    assert_eq!(one, three);
}

/// Stops a run after some steps.
struct StopAfter(usize);

impl Observer for StopAfter {
    fn step(&mut self, progress: &Progress) -> Flow {
        match progress.step == self.0 {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    }
}

/// Keeps what it was told.
#[derive(Default)]
struct Records(Vec<EpochRecord>);

impl Observer for Records {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Continue
    }

    fn epoch(&mut self, record: &EpochRecord, _: &Trainer<'_>) -> Flow {
        self.0.push(*record);
        Flow::Continue
    }
}

#[test]
fn an_interrupted_run_ends_as_if_nothing_had_happened() {
    let mut whole_records = Records::default();
    let whole = train(&mut whole_records);
    let data = small::data();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let device = Device::flex();
    // In the middle of an epoch, and at the end of one.
    for stop in [2, 5, 8] {
        let metadata = || small::metadata(&data);
        let start = Trainer::new(
            metadata(),
            small::with_spare_units(2),
            &data.train,
            data.digest,
            &device,
        );
        let mut start = start.unwrap();
        assert!(!start.run(&mut StopAfter(stop)));
        std::fs::write(&path, start.to_bytes()).unwrap();
        let rest = Trainer::resume(
            &path,
            metadata(),
            small::with_spare_units(2),
            &data.train,
            data.digest,
            &device,
        );
        let mut rest = rest.unwrap();
        let mut records = Records::default();
        assert!(rest.run(&mut records));
        assert_eq!(bytes(&rest), whole, "stopped after {stop} steps");
        assert_eq!(records.0.last(), whole_records.0.last());
    }
}

#[test]
fn another_run_is_not_resumed() {
    let data = small::data();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let device = Device::flex();
    let metadata = small::metadata(&data);
    let run = Trainer::new(
        metadata,
        small::parameters(),
        &data.train,
        data.digest,
        &device,
    );
    let mut run = run.unwrap();
    run.run(&mut StopAfter(1));
    std::fs::write(&path, run.to_bytes()).unwrap();
    let resume = |settings: TrainSettings, digest| {
        let metadata = small::metadata(&data);
        Trainer::resume(
            &path,
            metadata,
            settings.check().unwrap(),
            &data.train,
            digest,
            &device,
        )
        .err()
        .unwrap()
    };
    let settings = small::parameters().settings().clone();
    let other = unlearn::data::Digest::of(b"other data");
    let error = resume(settings.clone(), other);
    assert!(
        matches!(&error, TrainError::Another { what, .. } if what == "data"),
        "{error}"
    );
    let slower = TrainSettings {
        learning_rate: 0.01,
        ..settings
    };
    let error = resume(slower, data.digest);
    assert!(
        error.to_string().contains("learning_rate: expected 0.05"),
        "{error}"
    );
    let guess = TrainSettings {
        seed: 2,
        ..small::parameters().settings().clone()
    };
    let message = resume(guess, data.digest).to_string();
    assert!(
        message.contains("seed: expected \"that of the run\""),
        "{message}"
    );
}
