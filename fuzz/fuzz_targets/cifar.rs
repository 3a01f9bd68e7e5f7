//! Bytes to the CIFAR-10 reader: a batch and the class names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unlearn_data::format::cifar;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(records) = cifar::parse(bytes) {
        assert_eq!(
            records.pixels.len(),
            records.labels.len() * cifar::SHAPE.iter().product::<usize>()
        );
    }
    if let Ok(names) = cifar::parse_names(bytes) {
        assert_eq!(names.len(), cifar::CLASSES);
    }
});
