//! Bytes to the reader of models.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use unlearn::checkpoint::Model;
use unlearn::network::Device;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("fuzzed.safetensors");
    if let Ok(model) = Model::parse(path, bytes, &Device::flex()) {
        let again = Model::parse(path, &model.to_bytes(), &Device::flex());
        assert_eq!(again.map(|again| again.digest()).ok(), Some(model.digest()));
    }
});
