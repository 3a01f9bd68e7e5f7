//! Small data sets on disk.

use std::fs;
use std::path::Path;

use image::{Rgb, RgbImage};

/// Classes that nothing could confuse: each is one colour with a little noise.
pub const CLASSES: [(&str, [u8; 3]); 4] = [
    ("blue", [20, 30, 230]),
    ("green", [30, 220, 40]),
    ("red", [230, 20, 30]),
    ("white", [235, 235, 235]),
];

/// Writes `train/<class>/*.png`, six images a class, and `test/<class>/*.png`,
/// three, of 8x8 pixels.
pub fn write_colours(folder: &Path) {
    write_classes(folder, &CLASSES);
}

/// Writes the given classes as [`write_colours`] does.
pub fn write_classes(folder: &Path, classes: &[(&str, [u8; 3])]) {
    for (part, count) in [("train", 6), ("test", 3)] {
        for (class, colour) in classes {
            let folder = folder.join(part).join(class);
            fs::create_dir_all(&folder).unwrap();
            for index in 0..count {
                let image = RgbImage::from_fn(8, 8, |x, y| {
                    // Noise of up to 16 levels that differs from image to image.
                    let noise = (x * 7 + y * 13 + index * 29 + u32::from(part == "test")) % 17;
                    Rgb(colour.map(|level| level.saturating_add(noise as u8)))
                });
                image.save(folder.join(format!("{index}.png"))).unwrap();
            }
        }
    }
}

/// Writes the four IDX files: `train` and `test` images of 4x4 pixels with
/// labels that go round 0, 1, 2.
pub fn write_idx(folder: &Path, train: u32, test: u32) {
    fs::create_dir_all(folder).unwrap();
    for (name, count) in [("train", train), ("t10k", test)] {
        let mut images = vec![0, 0, 8, 3];
        images.extend([count, 4, 4].iter().flat_map(|size| size.to_be_bytes()));
        images.extend((0..count * 16).map(|pixel| (pixel / 16 % 3 * 100) as u8));
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
        let mut labels = vec![0, 0, 8, 1];
        labels.extend(count.to_be_bytes());
        labels.extend((0..count).map(|index| (index % 3) as u8));
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
    }
}
