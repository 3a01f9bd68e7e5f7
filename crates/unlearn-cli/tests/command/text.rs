//! What users and scripts read, with what differs between machines masked.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use unlearn_report::{
    EvaluateRecord, EvaluationsRecord, ForgetRecord, InspectRecord, TrainRecord, json,
};

use super::command::run;
use super::trained::{FORGET, MANUAL, TRAIN, folder};

/// Compares with the stored text; times, digests and versions are masked, and
/// so are losses, whose last digits depend on the processor.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, mask) in [
        (r"sha256:[0-9a-f]{64}", "[digest]"),
        (r#"(?s)("history": )\[.*?\n  \]"#, "$1[epochs]"),
        (r"(<|\b)\d+\.\d+ s\b", "[seconds] s"),
        (r"(samples per second +)\d+", "$1[speed]"),
        (
            r#"("\w*(?:seconds|per_second|_loss|loss|_change|loss_\w+|lambda[12]|confidence)": )[-0-9.e]+"#,
            "$1[number]",
        ),
        (r"(loss on \w+ codes +)[-0-9.]+", "$1[number]"),
        (r"(?m)^( lambda[12] +)[\d.]+", "$1[number]"),
        // A row of a curve: strength, losses, and what follows from them.
        (
            r"[\d.]+ +\|( +[\d.]+ \| +>?[\d.]+ % \| +[\d.]+ \|)",
            "[strength] |",
        ),
        // A step: strength and losses.
        (
            r"(\| +[-+] \|) +[\d.]+ \| +[\d.]+ -> [\d.]+ \| +[\d.]+",
            "$1 [step]",
        ),
        (r"(images are forgotten: )\d+\.\d %", "$1[confidence]"),
        (r"(loss rose by +)[-+][\d.]+", "$1[number]"),
        (r"\d\.\d{3}e-?\d+", "[change]"),
        (r#"("(?:parameters_changed|changed)": )\d+"#, "$1[count]"),
        (r"(parameters changed +)[\d,]+", "$1[count]"),
        (r"(fc\d\.\w+ +\| +)\d+", "$1[count]"),
        (
            r#"("accuracy_percent": )\d+\.\d+(,\s+"code_acc)"#,
            "$1[number]$2",
        ),
        (r"\d\.\d{4,}", "[measured]"),
        (r#"("version": )"[^"]+""#, "$1[version]"),
        (r"\bunlearn \d+\.\d+\.\d+", "unlearn [version]"),
    ] {
        settings.add_filter(pattern, mask);
    }
    settings
}

fn compare(name: &str, folder: &Path, arguments: &str) {
    let ran = run(folder, arguments);
    let stderr = ran.stderr.clone();
    let text = format!("$ unlearn {arguments}\n{}--- stderr\n{stderr}", ran.done());
    settings().bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn tables() {
    let folder = folder();
    let path = folder.path();
    compare("train", path, &format!("{TRAIN} --overwrite"));
    compare("evaluate", path, "evaluate m --data data");
    compare("forget_dry_run", path, &format!("{FORGET} --dry-run"));
    compare("forget", path, &format!("{FORGET} --out m2"));
    compare("forget_manual", path, &format!("{MANUAL} --out m3"));
    compare(
        "forget_second",
        path,
        "forget m2 --codes c --class blue --method mnemonic --check-data data --out m4",
    );
    let several = format!("{FORGET} --class blue --dry-run");
    compare("forget_several", path, &several);
    let by_images = "forget m --class red --method gradient-ascent --data data --out m5";
    compare("forget_by_images", path, by_images);
    compare("evaluate_several", path, "evaluate m m2 m4 --data data");
    compare(
        "evaluate_forgotten",
        path,
        "evaluate m2 --data data --forgotten red",
    );
    compare("evaluate_unasked", path, "evaluate m2 --data data");
    compare("inspect_model", path, "inspect m2");
    compare("inspect_codes", path, "inspect c");
}

#[test]
fn comparison() {
    let folder = super::compare::folder();
    compare("compare", folder.path(), "compare colours.toml --out out");
}

#[test]
fn objects() {
    let folder = folder();
    let path = folder.path();
    compare("train_json", path, &format!("{TRAIN} --overwrite --json"));
    compare("forget_json", path, &format!("{FORGET} --out m2 --json"));
    compare(
        "evaluate_json",
        path,
        "evaluate m2 --data data --forgotten red --json",
    );
    compare("inspect_model_json", path, "inspect m2 --json");
    compare("inspect_codes_json", path, "inspect c --json");
}

/// Scripts rely on these keys.
#[test]
fn the_contract_of_keys_is_kept() {
    let folder = folder();
    let path = folder.path();
    let record =
        |arguments: &str| -> Json { serde_json::from_str(&run(path, arguments).done()).unwrap() };
    let keys = |record: &Json, keys: &str| {
        for key in keys.split(", ") {
            assert!(record.get(key).is_some(), "no `{key}` in {record}");
        }
        assert_eq!(record.get("schema").map_or(Json::from(1), Json::clone), 1);
    };
    let train = record(&format!("{TRAIN} --overwrite --json"));
    keys(
        &train,
        "schema, device, epochs, train_seconds, samples_per_second, accuracy_percent, code_accuracy_percent",
    );
    let forget = record(&format!("{FORGET} --out m2 --json"));
    keys(
        &forget,
        "schema, device, method, strength, classes, forgotten_before, sign, lambda1, lambda2, scope, \
         forget_seconds, backward_passes, parameters_changed, parameters_total, largest_change, \
         codes_before, codes, confidence, steps, came_back, gate, dry_run, forgotten_so_far, changes",
    );
    keys(
        &forget["steps"][0],
        "classes, scope, sign, lambda1, lambda2, reached, before, after, kept_blends_changed_percent",
    );
    keys(
        &forget["confidence"][0],
        "class, loss_before, loss_after, is_decoded, confidence",
    );
    keys(
        &forget["gate"],
        "max_kept_loss, kept_loss_rise, check, passed, breaches",
    );
    let checked = record(&format!("{FORGET} --check-data data --dry-run --json"));
    keys(
        &checked["gate"]["check"],
        "data, kept_accuracy_before_percent, kept_accuracy_after_percent, \
         forgotten_error_percent, drop_points, max_kept_drop",
    );
    keys(
        &checked["steps"][0]["curve"][0],
        "lambda2, codes, kept_blends_changed_percent",
    );
    keys(
        &forget["codes"],
        "forgotten_error_percent, kept_accuracy_percent, forgotten_loss, kept_loss",
    );
    assert_eq!(forget["backward_passes"], 4);
    let measured = "schema, device, accuracy_percent, kept_accuracy_percent, forgotten_error_percent, classes, confusion";
    let evaluate = record("evaluate m2 --data data --forgotten 2 --json");
    keys(&evaluate, measured);
    keys(&evaluate["classes"][0], "name, samples, accuracy_percent");
    assert_eq!(evaluate["forgotten_error_percent"], 100.0);
    let unasked = record("evaluate m2 --data data --json");
    keys(&unasked, measured);
    assert_eq!(unasked["forgotten_error_percent"], Json::Null);
}

/// What later pages are made of can be read back.
#[test]
fn records_are_read_back_whole() {
    let folder = folder();
    let path = folder.path();
    fn same<R: DeserializeOwned + Serialize>(text: String) {
        let record: R = serde_json::from_str(&text).unwrap();
        // Last digits of numbers may change on the way; nothing else may.
        let shape = |text: String| text.replace(|letter: char| letter.is_ascii_digit(), "");
        assert_eq!(shape(json(&record)), shape(text));
    }
    same::<TrainRecord>(run(path, &format!("{TRAIN} --overwrite --json")).done());
    same::<ForgetRecord>(run(path, &format!("{FORGET} --out m2 --json")).done());
    let dry_run = format!("{FORGET} --check-data data --dry-run --json");
    same::<ForgetRecord>(run(path, &dry_run).done());
    same::<EvaluationsRecord>(run(path, "evaluate m m2 --data data --json").done());
    same::<EvaluateRecord>(run(path, "evaluate m2 --data data --forgotten red --json").done());
    same::<InspectRecord>(run(path, "inspect m2 --json").done());
    same::<InspectRecord>(run(path, "inspect c --json").done());
}
