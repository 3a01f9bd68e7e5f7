//! Bytes to the decoder of one image of an image folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unlearn_data::format::image_folder;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = image_folder::decode(bytes, [5, 7]) {
        assert_eq!(image.pixels.len(), image.channels * 35);
    }
});
