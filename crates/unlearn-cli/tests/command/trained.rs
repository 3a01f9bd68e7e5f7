//! A small trained model with its codes and data, made once by the command.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::command::run;
use super::images::write_colours;

/// Trains on the images in `data` for a moment, well enough for four colours.
pub const TRAIN: &str = "train --data data --architecture mlp --hidden 16 --activation relu \
    --image-size 8 --epochs 30 --batch-size 8 --mix 0.3 --spare-units 0 --seed 20240229 --out m --codes c";

/// Forgets one of the colours.
pub const RED: &str = "forget m --codes c --class red";

/// Forgets it for good, as strongly as its code asks for.
pub const FORGET: &str = "forget m --codes c --class red --method mnemonic";

/// Forgets it at a strength given.
pub const MANUAL: &str =
    "forget m --codes c --class red --scope classifier --lambda1 0.1 --lambda2 3";

/// A folder with the data set `data`, the model `m` and its codes `c`.
pub fn folder() -> TempDir {
    static FILES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let folder = tempfile::tempdir().unwrap();
    write_colours(&folder.path().join("data"));
    let [model, codes] = FILES.get_or_init(|| {
        run(folder.path(), TRAIN).done();
        [read(folder.path(), "m"), read(folder.path(), "c")]
    });
    fs::write(folder.path().join("m"), model).unwrap();
    fs::write(folder.path().join("c"), codes).unwrap();
    folder
}

/// The bytes of a file.
pub fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}
