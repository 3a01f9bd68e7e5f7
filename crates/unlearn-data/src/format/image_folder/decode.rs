//! Bytes of one image file to planes of the size that is asked for.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::jpeg;
use crate::planes;

/// The longest side of an image, in pixels.
const LONGEST_SIDE: u32 = 32_768;

/// The most memory that decoding one image may take, in bytes: an image of 80 million pixels in colour.
const MOST_MEMORY: u64 = 256 << 20;

/// One image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// 1 if the file holds a grey image, otherwise 3.
    pub channels: usize,
    /// `[channels, height, width]`.
    pub pixels: Vec<u8>,
}

/// What can be wrong with an image file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageFileError {
    /// The format is none of those that are known.
    #[error("expected a PNG, JPEG, PGM, PPM or BMP image, found none of them")]
    UnknownFormat,
    /// A folder where an image should be.
    #[error("expected an image, found a folder")]
    Folder,
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// A JPEG file ends before the image does.
    #[error("truncated: expected the end marker of a JPEG image, found none")]
    Truncated,
    /// The image is damaged or too large.
    #[error("expected a sound image, found: {0}")]
    Decode(image::ImageError),
}

/// Decodes a PNG, JPEG, PGM, PPM or BMP image and resizes it to `size`, `[height, width]`.
///
/// The format is told from the bytes, not from a name. The orientation of a photograph is respected, transparency is
/// left out, 16 bits become 8. Sides over 32,768 pixels and more than 256 MiB of memory are refused.
///
/// # Errors
/// [`ImageFileError`] unless the bytes are such an image.
pub fn decode(bytes: &[u8], size: [usize; 2]) -> Result<Decoded, ImageFileError> {
    let image = decode_whole(bytes)?;
    let grey = !image.color().has_color();
    let (height, width) = (image.height() as usize, image.width() as usize);
    let (channels, pixels) = match grey {
        true => (1, image.into_luma8().into_raw()),
        false => (3, planes::from_interleaved(&image.into_rgb8(), 3)),
    };
    Ok(Decoded {
        channels,
        pixels: planes::resize(&pixels, [channels, height, width], size),
    })
}

fn decode_whole(bytes: &[u8]) -> Result<DynamicImage, ImageFileError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(ImageFileError::Io)?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if !jpeg::is_whole(bytes) => return Err(ImageFileError::Truncated),
        Some(_) => {}
        None => return Err(ImageFileError::UnknownFormat),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(ImageFileError::Decode)?;
    // The decoder's own limits do not cover the image that it fills.
    limits
        .reserve(decoder.total_bytes())
        .map_err(ImageFileError::Decode)?;
    let orientation = decoder.orientation().map_err(ImageFileError::Decode)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(ImageFileError::Decode)?;
    image.apply_orientation(orientation);
    Ok(image)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [ImageFormat; 4] = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Bmp,
        ImageFormat::Pnm,
    ];

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn colour() -> DynamicImage {
        RgbImage::from_fn(17, 9, |x, y| Rgb([x as u8 * 9, y as u8 * 20, 128])).into()
    }

    #[test]
    fn every_format_is_decoded_to_planes() {
        for format in FORMATS {
            let image = decode(&encoded(&colour(), format), [9, 17]).unwrap();
            assert_eq!((image.channels, image.pixels.len()), (3, 3 * 9 * 17));
            let red = u32::from(image.pixels[16]);
            assert!(
                red.abs_diff(144) < 12 && image.pixels[0] < 12,
                "{format:?}: {red}"
            );
            let grey = decode(&encoded(&colour().into_luma8().into(), format), [4, 5]).unwrap();
            // A bitmap keeps its grey values in a palette of colours.
            let channels = if format == ImageFormat::Bmp { 3 } else { 1 };
            assert_eq!(
                (grey.channels, grey.pixels.len()),
                (channels, channels * 20),
                "{format:?}"
            );
        }
    }

    #[test]
    fn depth_and_transparency_are_dropped() {
        let deep = DynamicImage::from(colour().into_rgb16());
        let plain = decode(&encoded(&colour(), ImageFormat::Png), [9, 17]).unwrap();
        assert_eq!(
            decode(&encoded(&deep, ImageFormat::Png), [9, 17]).unwrap(),
            plain
        );
        let glass = DynamicImage::from(RgbaImage::from_pixel(1, 1, image::Rgba([9, 8, 7, 0])));
        assert_eq!(
            decode(&encoded(&glass, ImageFormat::Png), [1, 1])
                .unwrap()
                .pixels,
            [9, 8, 7]
        );
    }

    #[test]
    fn truncated_files_are_errors() {
        for format in FORMATS {
            let bytes = encoded(&colour(), format);
            for length in [0, 1, 2, 10, bytes.len() / 2, bytes.len() - 20] {
                assert!(
                    decode(&bytes[..length], [4, 4]).is_err(),
                    "{format:?} cut to {length}"
                );
            }
        }
    }

    #[test]
    fn other_files_are_named_as_such() {
        let error = decode(b"GIF89a", [4, 4]).unwrap_err();
        assert!(
            matches!(
                error,
                ImageFileError::Decode(_) | ImageFileError::UnknownFormat
            ),
            "{error}"
        );
        let error = decode(b"some notes", [4, 4]).unwrap_err();
        assert!(matches!(error, ImageFileError::UnknownFormat), "{error}");
    }

    #[test]
    fn headers_cannot_take_all_memory() {
        for header in [
            "P6 30000 30000 255 ",
            "P5 4000000000 1 255 ",
            "P6 4294967295 4294967295 255 ",
        ] {
            let error = decode(header.as_bytes(), [4, 4]).unwrap_err();
            assert!(matches!(error, ImageFileError::Decode(_)), "{error}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(start in 0_usize..6, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let starts: [&[u8]; 6] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"BM", b"P5 9 9 255 ", b"P3 2 2 "];
            let _ = decode(&[starts[start], &bytes].concat(), [3, 2]);
        }

        #[test]
        fn changed_images_never_panic(format in 0_usize..4, place: usize, byte: u8, cut: usize) {
            let mut bytes = encoded(&colour(), FORMATS[format]);
            let place = place % bytes.len();
            bytes[place] = byte;
            let cut = bytes.len() - cut % bytes.len();
            if let Ok(image) = decode(&bytes[..cut], [3, 2]) {
                prop_assert_eq!(image.pixels.len(), image.channels * 6);
            }
        }
    }
}
