//! Codes that do not belong to the model.

use std::fs;

use super::command::{files, run};
use super::images::{CLASSES, write_classes};
use super::tensors::change;
use super::trained::folder;

const OTHER: &str = "train --architecture mlp --hidden 16 --epochs 1 --overwrite --out other";

#[test]
fn codes_of_another_model_are_refused() {
    let folder = folder();
    let path = folder.path();
    let mut renamed = CLASSES;
    renamed[2].0 = "rot";
    write_classes(&path.join("renamed"), &renamed);
    write_classes(&path.join("fewer"), &CLASSES[..3]);
    for (made_by, parts) in [
        // Of another training run, otherwise equal.
        (
            "--data data --image-size 8 --codes k",
            &["those of model sha256:"][..],
        ),
        (
            "--data data --image-size 6 --codes k",
            &["shape [3, 8, 8]", "found [3, 6, 6]"],
        ),
        (
            "--data data --image-size 8 --channels 1 --codes k",
            &["found [1, 8, 8]"],
        ),
        (
            "--data renamed --image-size 8 --codes k",
            &["expected the model's 4", "rot"],
        ),
        (
            "--data fewer --image-size 8 --codes k",
            &["expected the model's 4", "found 3"],
        ),
    ] {
        run(path, &format!("{OTHER} {made_by}")).done();
        let before = files(path);
        for command in [
            "forget m --codes k --class red --out m2",
            "enrol m --codes k --out e",
            "audit --before m --after m --codes k --data data --forgotten red --out a",
        ] {
            run(path, command).bad(&[&["k: codes: expected"], parts].concat());
        }
        assert_eq!(files(path), before, "{made_by}");
    }
}

#[test]
fn what_is_no_file_of_codes_is_refused() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("garbage"), b"not tensors at all").unwrap();
    fs::write(path.join("empty"), b"").unwrap();
    change(&path.join("c"), &path.join("missing"), |tensors| {
        tensors.clear()
    });
    change(&path.join("c"), &path.join("nan"), |tensors| {
        let codes = tensors.get_mut("codes").unwrap();
        codes.bytes[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    for (codes, parts) in [
        ("nowhere", &["nowhere: cannot be read"][..]),
        ("garbage", &["garbage: expected a safetensors file"]),
        ("empty", &["empty: expected a safetensors file"]),
        (
            "m",
            &["m: metadata", "expected the description of mnemonic codes"],
        ),
        (
            "missing",
            &["missing: expected a tensor `codes`", "[4, 3, 8, 8]"],
        ),
        (
            "nan",
            &["nan: tensor `codes`", "finite", "NaN at element 2"],
        ),
    ] {
        let ran = run(
            path,
            &format!("forget m --codes {codes} --class red --out m2"),
        );
        ran.bad(parts);
        assert!(!path.join("m2").exists(), "{codes}");
    }
}
