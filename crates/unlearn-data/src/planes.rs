//! Images as planes of bytes, `[channels, height, width]`: resizing, and grey to colour and back.

use image::{ImageBuffer, Luma, imageops};

/// Resizes every plane of `pixels`, `[channels, height, width]`, to `[height, width]` = `size`.
///
/// The filter is a triangle as wide as the reduction (bilinear with antialiasing); proportions are not kept.
pub(crate) fn resize(pixels: &[u8], shape: [usize; 3], size: [usize; 2]) -> Vec<u8> {
    let [_, height, width] = shape;
    if [height, width] == size {
        return pixels.to_vec();
    }
    let side =
        |side: usize| u32::try_from(side).expect("sides of images are checked to fit 32 bits");
    let mut resized = Vec::with_capacity(shape[0] * size[0] * size[1]);
    for plane in pixels.chunks_exact(height * width) {
        let plane: ImageBuffer<Luma<u8>, &[u8]> =
            ImageBuffer::from_raw(side(width), side(height), plane)
                .expect("a plane has height times width bytes");
        let plane = imageops::resize(
            &plane,
            side(size[1]),
            side(size[0]),
            imageops::FilterType::Triangle,
        );
        resized.extend_from_slice(plane.as_raw());
    }
    resized
}

/// Changes the number of channels: grey is repeated, colour becomes grey by the luma of ITU-R BT.601,
/// `(299 red + 587 green + 114 blue) / 1000`, rounded.
///
/// # Panics
/// If neither number is 1 and they differ, or colour does not have three channels.
pub(crate) fn convert(pixels: Vec<u8>, from: usize, to: usize) -> Vec<u8> {
    match (from, to) {
        (from, to) if from == to => pixels,
        (1, to) => pixels.repeat(to),
        (3, 1) => {
            let plane = pixels.len() / 3;
            let (red, rest) = pixels.split_at(plane);
            let (green, blue) = rest.split_at(plane);
            let luma = |((&red, &green), &blue): ((&u8, &u8), &u8)| {
                ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500)
                    / 1000) as u8
            };
            red.iter().zip(green).zip(blue).map(luma).collect()
        }
        _ => panic!("{from} channels cannot become {to}"),
    }
}

/// Turns `[height, width, channels]` into `[channels, height, width]`.
pub(crate) fn from_interleaved(pixels: &[u8], channels: usize) -> Vec<u8> {
    (0..channels)
        .flat_map(|channel| pixels.iter().skip(channel).step_by(channels))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_averages() {
        let shrunk = resize(&[0, 0, 100, 100, 0, 0, 100, 100], [1, 2, 4], [1, 2]);
        // The triangle of twice the width also sees the neighbours.
        assert!(shrunk[0] < 30 && shrunk[1] > 70, "{shrunk:?}");
        assert_eq!(resize(&[7; 48], [3, 4, 4], [9, 5]), [7; 135]);
        assert_eq!(resize(&[1, 2, 3], [3, 1, 1], [1, 1]), [1, 2, 3]);
    }

    #[test]
    fn channels_are_resized_apart() {
        let resized = resize(&[10, 10, 10, 10, 200, 200, 200, 200], [2, 2, 2], [1, 3]);
        assert_eq!(resized, [10, 10, 10, 200, 200, 200]);
    }

    #[test]
    fn grey_becomes_colour_and_back() {
        let colour = convert(vec![0, 1, 128, 255], 1, 3);
        assert_eq!(colour.len(), 12);
        assert_eq!(convert(colour, 3, 1), [0, 1, 128, 255]);
        assert_eq!(convert(vec![255, 0, 0], 3, 1), [76]);
    }

    #[test]
    fn planes_are_taken_apart() {
        assert_eq!(from_interleaved(&[1, 2, 3, 4, 5, 6], 3), [1, 4, 2, 5, 3, 6]);
    }
}
