//! Data sets that cannot be used: named, refused, nothing written.

use std::fs;
use std::path::Path;

use super::command::{files, run};
use super::images::{write_classes, write_colours, write_idx};

const TRAIN: &str = "train --data data --architecture mlp --out m --codes c";

/// What is done to a data set, and what the message must say.
type Case = (&'static str, fn(&Path), &'static [&'static str]);

fn append(path: &Path, bytes: &[u8]) {
    fs::write(path, [&fs::read(path).unwrap(), bytes].concat()).unwrap();
}

fn cut(path: &Path, by: usize) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - by]).unwrap();
}

const CASES: &[Case] = &[
    ("no such folder", |_| (), &["data", "cannot be read"]),
    (
        "a folder without data",
        |data| fs::create_dir(data).unwrap(),
        &["data", "no data set found", "expected IDX files"],
    ),
    (
        "truncated IDX",
        |data| {
            write_idx(data, 9, 3);
            cut(&data.join("train-images-idx3-ubyte"), 5);
        },
        &[
            "train-images-idx3-ubyte",
            "truncated",
            "expected 144 bytes",
            "found 139",
        ],
    ),
    (
        "oversized IDX",
        |data| {
            write_idx(data, 9, 3);
            append(&data.join("t10k-images-idx3-ubyte"), &[0]);
        },
        &["t10k-images-idx3-ubyte", "oversized", "expected 48 bytes"],
    ),
    (
        "IDX header cut off",
        |data| {
            write_idx(data, 9, 3);
            fs::write(data.join("train-labels-idx1-ubyte"), [0, 0, 8]).unwrap();
        },
        &[
            "train-labels-idx1-ubyte",
            "expected a header of 4 bytes, found 3",
        ],
    ),
    (
        "a label outside the classes",
        |data| {
            write_idx(data, 9, 3);
            let path = data.join("t10k-labels-idx1-ubyte");
            cut(&path, 1);
            append(&path, &[77]);
        },
        &[
            "t10k-labels-idx1-ubyte",
            "label 2",
            "from 0 to 9",
            "found 77",
        ],
    ),
    (
        "fewer labels than images",
        |data| {
            write_idx(data, 9, 3);
            let labels = [&[0, 0, 8, 1][..], &2_u32.to_be_bytes(), &[0, 1]].concat();
            fs::write(data.join("t10k-labels-idx1-ubyte"), labels).unwrap();
        },
        &["t10k-labels-idx1-ubyte", "expected 3 labels", "found 2"],
    ),
    (
        "an image that does not decode",
        |data| {
            write_colours(data);
            fs::write(data.join("train/green/2.png"), b"no image").unwrap();
        },
        &["2.png", "green", "expected a PNG"],
    ),
    (
        "a damaged image",
        |data| {
            write_colours(data);
            cut(&data.join("test/blue/1.png"), 30);
        },
        &["1.png", "blue", "expected a sound image"],
    ),
    (
        "an empty class folder",
        |data| {
            write_colours(data);
            fs::create_dir(data.join("train/pink")).unwrap();
        },
        &["pink", "expected at least one readable image"],
    ),
    (
        "a class that only one part has",
        |data| {
            write_colours(data);
            fs::remove_dir_all(data.join("test/white")).unwrap();
        },
        &["test", "expected the 4 classes", "missing: white"],
    ),
    (
        "a training part alone",
        |data| {
            write_colours(data);
            fs::remove_dir_all(data.join("test")).unwrap();
        },
        &["expected the folders train and test, found only train"],
    ),
    (
        "a single class",
        |data| write_classes(data, &[("only", [9, 9, 9])]),
        &["at least 2 classes", "found 6 of 1"],
    ),
];

#[test]
fn what_is_wrong_with_the_data_is_said_and_nothing_is_written() {
    for (name, prepare, parts) in CASES {
        let folder = tempfile::tempdir().unwrap();
        prepare(&folder.path().join("data"));
        let before = files(folder.path());
        let ran = run(folder.path(), TRAIN);
        assert_eq!(ran.code, Some(2), "{name}: {ran:?}");
        ran.bad(parts);
        assert_eq!(files(folder.path()), before, "{name}");
    }
}

#[test]
fn settings_out_of_their_range_are_named() {
    let folder = tempfile::tempdir().unwrap();
    write_colours(&folder.path().join("data"));
    for (option, parts) in [
        ("--epochs 0", &["epochs", "found 0"][..]),
        ("--batch-size 0", &["batch_size", "found 0"]),
        ("--learning-rate=-1", &["learning_rate", "positive", "-1"]),
        ("--learning-rate nan", &["learning_rate", "NaN"]),
        ("--momentum 1", &["momentum", "[0, 1)"]),
        ("--mix 1.5", &["mix", "1.5"]),
        ("--code-block 0", &["code_block", "found 0"]),
        ("--limit-per-class 0", &["limit_per_class", "at least 1"]),
        ("--channels 2", &["channels", "1 or 3"]),
        ("--image-size 0", &["image_size", "0x0"]),
        ("--hidden 0", &["hidden", "mlp", "found 0"]),
        ("--width 4", &["--width", "cnn or resnet18"]),
    ] {
        run(folder.path(), &format!("{TRAIN} {option}")).bad(parts);
        assert_eq!(files(folder.path()), ["data"], "{option}");
    }
    let small = "train --data data --architecture cnn --image-size 2 --out m --codes c";
    run(folder.path(), small).bad(&["pool"]);
    assert_eq!(files(folder.path()), ["data"]);
}

#[test]
fn unreadable_images_are_left_out_and_counted_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    write_colours(&data);
    fs::write(data.join("train/green/2.png"), b"no image").unwrap();
    cut(&data.join("test/blue/1.png"), 30);
    let ran = run(
        folder.path(),
        &format!("{TRAIN} --hidden 4 --skip-unreadable --json"),
    );
    assert!(
        ran.stderr.contains("left out 2 unreadable images"),
        "{}",
        ran.stderr
    );
    let stdout = ran.done();
    assert!(stdout.contains("\"training_samples\": 23"), "{stdout}");
    assert!(stdout.contains("\"skipped\": 2"), "{stdout}");
}

#[test]
fn evaluation_wants_the_models_classes() {
    let folder = super::trained::folder();
    write_classes(
        &folder.path().join("other"),
        &[("blue", [0, 0, 255]), ("pink", [255, 150, 150])],
    );
    let ran = run(folder.path(), "evaluate m --data other");
    ran.bad(&[
        "other",
        "expected the 4 classes of the model",
        "missing: green, red, white",
        "pink",
    ]);
}
