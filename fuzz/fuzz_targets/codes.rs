//! Bytes to the reader of codes.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use unlearn::code::Codebook;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("fuzzed.safetensors");
    if let Ok((codes, metadata)) = Codebook::parse(path, bytes) {
        let again = Codebook::parse(path, &codes.to_bytes(metadata.model));
        assert_eq!(again.ok(), Some((codes, metadata)));
    }
});
