//! The seed and the codes stay where they belong.

use super::command::run;
use super::trained::{FORGET, TRAIN, folder, read};

const SEED: &str = "20240229";

#[test]
fn the_seed_is_in_no_output_and_no_result() {
    let folder = folder();
    let path = folder.path();
    assert!(TRAIN.contains(SEED));
    for arguments in [
        format!("{TRAIN} --overwrite --json"),
        format!("{TRAIN} --overwrite"),
        format!("{FORGET} --out m2 --json"),
        "evaluate m2 --data data --json".to_owned(),
        "inspect m --json".to_owned(),
        "inspect c --json".to_owned(),
        "inspect c".to_owned(),
    ] {
        let ran = run(path, &arguments);
        assert!(!ran.stderr.contains(SEED), "{arguments}");
        assert!(!ran.done().contains(SEED), "{arguments}");
    }
    for file in ["m", "m2", "c"] {
        let bytes = read(path, file);
        assert!(
            !bytes
                .windows(SEED.len())
                .any(|part| part == SEED.as_bytes()),
            "{file}"
        );
    }
}

#[test]
fn inspecting_codes_shows_none_of_them() {
    let folder = folder();
    let json = run(folder.path(), "inspect c --json").done();
    let record: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut keys: Vec<&String> = record.as_object().unwrap().keys().collect();
    keys.sort();
    let expected = [
        "block",
        "class_means",
        "classes",
        "distribution",
        "file",
        "file_digest",
        "kind",
        "model_digest",
        "reaches",
        "schema",
        "seed_digest",
        "shape",
        "spare_units",
        "version",
    ];
    assert_eq!(keys, expected);
}
