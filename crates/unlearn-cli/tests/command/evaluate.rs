//! Several models beside each other.

use serde_json::Value as Json;

use super::command::{object, parse, run};
use super::images::{CLASSES, write_classes};
use super::trained::{FORGET, folder};

#[test]
fn several_models_say_what_each_says_alone() {
    let folder = folder();
    let path = folder.path();
    run(path, &format!("{FORGET} --out m2")).done();
    let all = "forget m --codes c --class blue --lambda2 300 --lambda1 100 --out m3";
    run(path, all).done();
    let together = object(path, "evaluate m m2 m3 --data data --forgotten red");
    assert_eq!(together["schema"], 1);
    assert!(together["version"].is_string());
    for (place, file) in ["m", "m2", "m3"].iter().enumerate() {
        let mut model = together["models"][place].clone();
        let name = model.as_object_mut().unwrap().remove("file");
        assert_eq!(name, Some(Json::from(*file)));
        let alone = object(
            path,
            &format!("evaluate {file} --data data --forgotten red"),
        );
        assert_eq!(model, alone, "{file}");
    }
    let models = &together["models"];
    assert_ne!(models[0]["confusion"], models[1]["confusion"]);
    assert_ne!(models[1]["confusion"], models[2]["confusion"]);
    assert!(models.get(3).is_none());
}

#[test]
fn without_names_each_model_has_its_own_forgotten_classes() {
    let folder = folder();
    let path = folder.path();
    run(path, &format!("{FORGET} --out m2")).done();
    run(path, "forget m2 --codes c --class blue --out m3").done();
    let record = object(path, "evaluate m m2 m3 --data data");
    let forgotten = |place: usize| &record["models"][place]["forgotten"];
    assert_eq!(forgotten(0), &parse("[]"));
    assert_eq!(forgotten(1), &parse("[\"red\"]"));
    assert_eq!(forgotten(2), &parse("[\"blue\", \"red\"]"));
    assert_eq!(record["models"][0]["forgotten_error_percent"], Json::Null);
    assert_eq!(record["models"][2]["forgotten_error_percent"], 100.0);
    assert_eq!(record["models"][2]["kept_accuracy_percent"], 100.0);
    // One model alone counts what is asked.
    let alone = object(path, "evaluate m3 --data data");
    assert_eq!(alone["forgotten"], parse("[]"));
}

#[test]
fn models_that_cannot_be_compared_are_named() {
    let folder = folder();
    let path = folder.path();
    let mut renamed = CLASSES;
    renamed[2].0 = "rot";
    write_classes(&path.join("renamed"), &renamed);
    write_classes(&path.join("fewer"), &CLASSES[..3]);
    let train = "train --architecture mlp --hidden 4 --epochs 1 --codes k --overwrite --out other";
    for (made_by, parts) in [
        (
            "--data data --image-size 6",
            &["expected input shape [3, 8, 8] as in m, found [3, 6, 6]"][..],
        ),
        (
            "--data fewer --image-size 8",
            &["expected 4 classes as in m, found 3"],
        ),
        (
            "--data renamed --image-size 8",
            &["to be `", "` as in m, found `"],
        ),
    ] {
        run(path, &format!("{train} {made_by}")).done();
        let ran = run(path, "evaluate m other --data data");
        ran.bad(&[&["error: other: "], parts].concat());
    }
    run(path, "evaluate m nowhere --data data").bad(&["nowhere: cannot be read"]);
    let unknown = run(path, "evaluate m m --data data --forgotten pink");
    unknown.bad(&["unknown class \"pink\""]);
}
