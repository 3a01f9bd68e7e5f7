//! Forgetting by the methods of others, with images instead of codes.

use std::fs;

use serde_json::Value as Json;
use unlearn::forget::CATALOG;

use super::command::{files, object, parse, run};
use super::trained::{TRAIN, folder};

/// Teaches that red images are of other colours.
const BY_IMAGES: &str = "forget m --class red --method random-label --data data \
    --set batch_size=8 --set epochs=20 --set learning_rate=0.01";

#[test]
fn methods_are_listed_with_what_they_need() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let table = run(path, "methods").done();
    let record = object(path, "methods");
    assert_eq!(record["schema"], 1);
    let methods = record["methods"].as_array().unwrap();
    assert_eq!(methods.len(), CATALOG.len());
    for (entry, method) in CATALOG.iter().zip(methods) {
        let start = format!(" {} ", entry.name);
        assert!(
            table.lines().any(|line| line.starts_with(&start)),
            "{table}"
        );
        assert_eq!(method["name"], entry.name);
        assert_eq!(method["needs"].as_array().unwrap().len(), entry.needs.len());
        assert!(method["settings"].is_object(), "{method}");
    }
    let line = |name: &str| {
        let line = table.lines().find(|line| line.contains(name));
        line.unwrap_or_else(|| panic!("no {name} in: {table}"))
    };
    assert!(line("neggrad-plus").contains("all images"));
    assert!(line("retrain").contains("kept images, recipe"));
    assert!(line("gradient-ascent").contains("forgotten images"));
    assert!(line("mnemonic").contains("codes"));
    assert!(line("zero-unit").contains("nothing"));
}

#[test]
fn images_take_the_place_of_codes() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, &format!("{BY_IMAGES} --out m2"));
    for key in ["codes", "codes_before", "gate", "strength", "scope"] {
        assert_eq!(record[key], Json::Null, "{key}");
    }
    assert_eq!(record["confidence"], parse("[]"));
    assert_eq!(record["choices"]["epochs"], 20);
    assert_eq!(record["choices"]["redraw"], false);
    assert!(record["backward_passes"].as_u64().unwrap() > 0);
    let evaluated = object(path, "evaluate m2 --data data --forgotten red");
    assert_eq!(evaluated["forgotten_error_percent"], 100.0);
    assert_eq!(evaluated["kept_accuracy_percent"], 100.0);
    let again = object(path, &format!("{BY_IMAGES} --out m3"));
    assert_eq!(again["model_digest_after"], record["model_digest_after"]);
    let other = object(path, &format!("{BY_IMAGES} --method-seed 1 --out m4"));
    assert_ne!(other["model_digest_after"], record["model_digest_after"]);
}

#[test]
fn codes_say_what_a_method_by_images_did() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, &format!("{BY_IMAGES} --codes c --out m2"));
    assert!(record["codes"]["kept_loss"].is_number(), "{record}");
    assert_eq!(record["confidence"][0]["confidence"], Json::Null);
}

#[test]
fn what_is_missing_is_named_and_nothing_is_written() {
    let folder = folder();
    let path = folder.path();
    let before = files(path);
    for (arguments, parts) in [
        (
            "forget m --class red --out m2",
            &["`transplant`", "the codes"][..],
        ),
        (
            "forget m --class red --method finetune --out m2",
            &["`finetune`", "training images of the kept classes"],
        ),
        (
            "forget m --class red --method retrain --data data --out m2",
            &["`retrain`", "recipe"],
        ),
        (
            "forget m --class red --method finetune --data data --set epoch=3 --out m2",
            &["`finetune`", "`epoch`", "`epochs`"],
        ),
        (
            "forget m --class red --method finetune --data data --set epochs=0 --out m2",
            &["`finetune`", "epochs", "found 0"],
        ),
        (
            "forget m --class red --method finetune --data nowhere --out m2",
            &["nowhere"],
        ),
        (
            "forget m --class red --method retrain --data data --recipe c --out m2",
            &["c: "],
        ),
        (
            "forget m --class red --method zero-unit --max-kept-loss 1 --out m2",
            &["--codes"],
        ),
    ] {
        run(path, arguments).bad(parts);
    }
    assert_eq!(files(path), before);
}

#[test]
fn a_model_without_codes_is_trained_anew_by_its_recipe() {
    let folder = folder();
    let path = folder.path();
    let train = TRAIN
        .replace("--mix 0.3", "--mix 0")
        .replace("--out m ", "--out n ");
    let train = train.replace("--codes c", "--codes none");
    let recipe = run(path, &format!("{train} --json")).done();
    fs::write(path.join("recipe"), recipe).unwrap();
    let arguments = "forget n --class red --method retrain --data data --recipe recipe --out n2";
    let record = object(path, arguments);
    assert_eq!(record["method"], "retrain");
    let evaluated = object(path, "evaluate n2 --data data --forgotten red");
    assert_eq!(evaluated["forgotten_error_percent"], 100.0);
    assert_eq!(evaluated["kept_accuracy_percent"], 100.0);
    let by_codes = run(path, "forget n --codes none --class red --out n3");
    by_codes.bad(&["n: ", "class `red`", "whose code was planted"]);
}

#[test]
fn an_ensemble_goes_the_way_of_any_model() {
    let folder = folder();
    let path = folder.path();
    let recipe = run(path, &format!("{TRAIN} --overwrite --json")).done();
    fs::write(path.join("recipe"), recipe).unwrap();
    let forget = "--data data --recipe recipe --codes c";
    let sisa = "--method sisa --set shards=2 --set class_shards=2";
    let arcane = "--method arcane --set hidden=[8] --set epochs=40 --set batch_size=8";
    for (name, settings, described) in [
        (
            "s",
            sisa,
            "sisa, 2 shards, each class in all, one vote each; each mlp",
        ),
        ("a", arcane, "arcane, 3 autoencoders, hidden 8"),
    ] {
        let line = format!("forget m --class red {settings} {forget} --out {name}");
        let record = object(path, &line);
        assert!(record["backward_passes"].as_u64().unwrap() > 0);
        assert!(record["codes"]["kept_loss"].is_number(), "{record}");
        let shown = run(path, &format!("inspect {name}")).done();
        assert!(shown.contains(described), "{shown}");
        let inspected = object(path, &format!("inspect {name}"));
        assert_eq!(inspected["architecture"]["name"], record["method"]);
        let evaluated = object(
            path,
            &format!("evaluate {name} --data data --forgotten red"),
        );
        assert_eq!(evaluated["forgotten_error_percent"], 100.0);
        assert_eq!(evaluated["kept_accuracy_percent"], 100.0);
        // Its codes are not planted; a method of one network, and codes, are refused.
        let again = format!("forget {name} --class blue --out none");
        run(path, &format!("{again} --codes c")).bad(&["whose code was planted"]);
        run(path, &format!("{again} --method zero-unit")).bad(&["`zero-unit`", "classifier layer"]);
    }
    // A second class: nothing but its network goes.
    let record = object(path, "forget a --class blue --method arcane --out a2");
    assert_eq!(record["backward_passes"], 0);
    let evaluated = object(
        path,
        "evaluate a2 --data data --forgotten red --forgotten blue",
    );
    assert_eq!(evaluated["forgotten_error_percent"], 100.0);

    let audit = "audit --before m --after s --codes c --data data --forgotten red --out audit";
    let audited = object(path, audit);
    let skipped = audited["audits"].as_array().unwrap().iter();
    let skipped = skipped.filter(|audit| audit["skipped"].is_string());
    let names: Vec<&str> = skipped
        .map(|audit| audit["name"].as_str().unwrap())
        .collect();
    for name in ["probe", "neighbours", "prototype", "alignment", "distance"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn weights_that_are_no_numbers_are_not_written() {
    let folder = folder();
    let path = folder.path();
    let ran = run(
        path,
        "forget m --class red --method gradient-ascent --data data \
            --set learning_rate=1e30 --out m2",
    );
    ran.not_achieved(&["not finite", "nothing was written", "learning_rate"]);
    assert!(!path.join("m2").exists());
}
