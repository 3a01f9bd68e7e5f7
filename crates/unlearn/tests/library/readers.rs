//! Readers believe nothing: arbitrary and damaged bytes give errors, never panics.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use unlearn::checkpoint::{CheckpointError, FileKind, Model, OutputFile, file_kind};
use unlearn::code::{CodeError, Codebook};
use unlearn::enrol::{Enrolment, EnrolmentMetadata, PartialEnrolment};
use unlearn::forget::{Job, Request, method};
use unlearn::network::op::Vote;
use unlearn::network::{Architecture, Device, Value};
use unlearn::train::{Flow, Observer, Progress, Trainer};

use super::small;

/// A model's, its codes' with a spare unit, an interrupted run's, an enrolment's and two ensembles' bytes.
static FILES: LazyLock<[Vec<u8>; 6]> = LazyLock::new(|| {
    let (model, codes) = small::untrained(3);
    let data = small::data();
    let metadata = small::metadata(&data);
    let device = Device::flex();
    let run = Trainer::new(
        metadata,
        small::parameters(),
        &data.train,
        data.digest,
        &device,
    );
    [
        model.to_bytes(),
        with_spare_unit(&model, &codes).to_bytes(model.digest()),
        run.unwrap().to_bytes(),
        enrolment(&model, &codes),
        small::ensemble(Architecture::Sisa {
            member: Box::new(Architecture::Cnn { width: 2 }),
            shards: 3,
            class_shards: 2,
            vote: Vote::OneHot,
        })
        .to_bytes(),
        small::ensemble(Architecture::Arcane {
            hidden: vec![2],
            known: vec![0, 2],
        })
        .to_bytes(),
    ]
});

fn with_spare_unit(model: &Model, codes: &Codebook) -> Codebook {
    let unit = model.network.classifier_unit(0);
    codes.clone().with_spare_units(vec![unit])
}

fn enrolment(model: &Model, codes: &Codebook) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    let mut file = OutputFile::claim(&path, false).unwrap();
    let enrolment = Enrolment::new(model, codes, |_| {}).unwrap();
    enrolment.fill(model, &mut file).unwrap();
    file.finish().unwrap();
    std::fs::read(path).unwrap()
}

fn read_all(bytes: &[u8]) {
    let path = Path::new("some.safetensors");
    let _ = file_kind(path, bytes);
    if let Ok(model) = Model::parse(path, bytes, &Device::flex()) {
        // What was read can be used.
        let shape = [&[1], model.network.graph().input_shape()].concat();
        model
            .network
            .forward(Value::full(0.5, &shape, &Device::flex()));
    }
    let _ = Codebook::parse(path, bytes);
    read_enrolment(bytes);
    let data = small::data();
    let metadata = small::metadata(&data);
    let device = Device::flex();
    let parameters = small::parameters();
    let (samples, digest) = (&data.train, data.digest);
    if let Ok(mut trainer) =
        Trainer::parse(path, bytes, metadata, parameters, samples, digest, &device)
    {
        trainer.run(&mut OneStep);
    }
}

/// Readers that go back to the file for single tensors.
fn read_enrolment(bytes: &[u8]) {
    let (model, codes) = small::untrained(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    std::fs::write(&path, bytes).unwrap();
    let _ = EnrolmentMetadata::read(&path);
    let _ = PartialEnrolment::read(&path, &model);
    let Ok(enrolment) = Enrolment::open(&path, &model) else {
        return;
    };
    let request = Request::new(&model, &["1"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    if let Ok(job) = job.with_enrolment(&enrolment) {
        let settings = serde_json::Map::from_iter([("lambda2".to_owned(), 1.0.into())]);
        let _ = job.run(method("mnemonic", settings).unwrap().as_ref());
    }
}

/// Lets one step through: what was read can be used.
struct OneStep;

impl Observer for OneStep {
    fn step(&mut self, _: &Progress) -> Flow {
        Flow::Stop
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        which in 0..6usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
        header in any::<bool>(),
    ) {
        let mut bytes = FILES[which].clone();
        let end = if header { 1500.min(bytes.len()) } else { bytes.len() };
        for (place, value) in damage {
            bytes[place.index(end)] = value;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        read_all(&bytes);
    }
}

#[test]
fn what_was_written_is_read_back() {
    let path = Path::new("some.safetensors");
    let (model, codes) = small::untrained(3);
    let read = Model::parse(path, &FILES[0], &Device::flex()).unwrap();
    assert_eq!(read.to_bytes(), FILES[0]);
    assert_eq!(read.digest(), model.digest());
    let (read, metadata) = Codebook::parse(path, &FILES[1]).unwrap();
    assert_eq!(read, with_spare_unit(&model, &codes));
    metadata.check_model(&model).unwrap();
    read.check_fit(&model).unwrap();
    let kinds = [
        FileKind::Model,
        FileKind::Codes,
        FileKind::Training,
        FileKind::Enrolment,
        FileKind::Model,
        FileKind::Model,
    ];
    for (bytes, kind) in FILES.iter().zip(kinds) {
        assert_eq!(file_kind(path, bytes).unwrap(), kind);
    }
}

#[test]
fn a_negative_variance_is_refused() {
    let (mut model, _) = small::untrained(3);
    let parameters = model.network.parameters();
    let index = parameters
        .iter()
        .position(|p| p.name == "bn2.running_var")
        .unwrap();
    let shape = parameters[index].value.shape().to_vec();
    let device = Device::flex();
    model.network.set(index, Value::full(-1.0, &shape, &device));
    let error = Model::parse(Path::new("m"), &model.to_bytes(), &device).unwrap_err();
    assert!(
        matches!(error, CheckpointError::NegativeVariance { .. }),
        "{error}"
    );
}

#[test]
fn codes_of_another_model_are_refused() {
    let path = Path::new("some.safetensors");
    let (_, metadata) = Codebook::parse(path, &FILES[1]).unwrap();
    let (other, _) = small::trained();
    let error = metadata.check_model(&other).unwrap_err();
    assert!(matches!(error, CodeError::Model { .. }));
}

#[test]
fn files_are_not_taken_for_another_kind() {
    let path = Path::new("some.safetensors");
    let error = Model::parse(path, &FILES[1], &Device::flex()).unwrap_err();
    assert!(matches!(error, CheckpointError::Metadata { .. }), "{error}");
    assert!(Codebook::parse(path, &FILES[0]).is_err());
}
