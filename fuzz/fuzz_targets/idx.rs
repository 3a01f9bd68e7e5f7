//! Bytes to the IDX reader, plain and gzipped.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unlearn_data::format::idx;

fuzz_target!(|bytes: &[u8]| {
    for idx in [idx::parse(bytes), idx::parse_gzip(bytes)]
        .into_iter()
        .flatten()
    {
        assert_eq!(idx.sizes.iter().product::<usize>(), idx.values.len());
    }
});
