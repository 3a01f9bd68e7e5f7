//! Bytes to the readers of enrolments, which go back to the file for single tensors.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::data::{ClassNames, Normalization};
use unlearn::enrol::{Enrolment, EnrolmentMetadata, PartialEnrolment};
use unlearn::network::{Architecture, Device, Network};

/// The model that an enrolment has to be of, to be read to its end.
static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let (shape, names) = ([3, 8, 8], ClassNames::numbered(3));
    let architecture = Architecture::Cnn { width: 1 };
    let graph = architecture.build(&shape, names.len()).ok()?;
    let network = Network::initialize(graph, 3, &Device::flex());
    let metadata = ModelMetadata::new(architecture, shape, names, Normalization::none(3));
    Some(Model { network, metadata })
});

/// One file for every process.
static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("unlearn-fuzzed-{}.safetensors", std::process::id());
    std::env::temp_dir().join(name)
});

fuzz_target!(|bytes: &[u8]| {
    let Some(model) = MODEL.as_ref() else { return };
    if std::fs::write(&*PATH, bytes).is_err() {
        return;
    }
    let _ = EnrolmentMetadata::read(&PATH);
    let _ = PartialEnrolment::read(&PATH, model);
    if let Ok(enrolment) = Enrolment::open(&PATH, model) {
        assert_eq!(enrolment.model_digest(), model.digest());
        if let Some(totals) = enrolment.totals() {
            for parameter in 0..model.network.parameters().len() {
                let _ = totals.tensor(parameter);
            }
        }
    }
});
