//! Results that do not pass are not written.

use std::fs;
use std::path::Path;

use super::command::{files, object, parse, run};
use super::trained::{FORGET, RED, folder, read};

/// So strong that it harms the kept classes too.
const HARM: &str = "forget m --codes c --class red --scope classifier --lambda1 100 --lambda2 3000";

/// Asserts that a request writes nothing, neither a new file nor over an old
/// one, and says all of `parts`.
#[track_caller]
fn refuses(path: &Path, request: &str, parts: &[&str]) {
    let before = files(path);
    let stdout = run(path, &format!("{request} --out new")).not_achieved(parts);
    assert_eq!(stdout, "");
    assert_eq!(files(path), before);
    fs::write(path.join("old"), "mine").unwrap();
    run(path, &format!("{request} --out old --overwrite")).not_achieved(parts);
    assert_eq!(read(path, "old"), b"mine");
    fs::remove_file(path.join("old")).unwrap();
    assert_eq!(files(path), before);
}

#[test]
fn a_kept_loss_that_rises_too_far_is_refused() {
    let folder = folder();
    let path = folder.path();
    let request = format!("{HARM} --max-kept-loss 0.5");
    let parts = [
        "the result did not pass; nothing was written:\n",
        "  the mean loss on the kept codes rose by ",
        " nats, more than 0.5\n",
    ];
    refuses(path, &request, &parts);
    let json = run(path, &format!("{request} --out new --json")).not_achieved(&parts);
    let gate = &parse(&json)["gate"];
    assert_eq!(gate["passed"], false);
    assert_eq!(gate["max_kept_loss"], 0.5);
    assert!(gate["kept_loss_rise"].as_f64().unwrap() > 0.5, "{gate}");
    let breaches = gate["breaches"].as_array().unwrap();
    assert!(
        breaches[0].as_str().unwrap().ends_with("more than 0.5"),
        "{gate}"
    );
    assert_eq!((breaches.len(), &gate["check"]), (1, &parse("null")));

    let dry = run(path, &format!("{request} --dry-run")).not_achieved(&parts);
    assert!(
        dry.contains("not passed") && dry.contains("nothing was written"),
        "{dry}"
    );
    assert_eq!(files(path), ["c", "data", "m"]);
}

#[test]
fn the_same_request_passes_a_wider_gate_and_none() {
    let folder = folder();
    let path = folder.path();
    let wide = object(path, &format!("{HARM} --max-kept-loss 100 --out wide"));
    assert_eq!(wide["gate"]["passed"], true);
    assert_eq!(wide["gate"]["breaches"], parse("[]"));
    let none = object(path, &format!("{HARM} --out none"));
    assert_eq!(none["gate"], parse("null"));
    assert_eq!(read(path, "wide"), read(path, "none"));
}

#[test]
fn only_the_automatic_strength_has_a_limit_of_its_own() {
    let folder = folder();
    let path = folder.path();
    let limit = |request: &str| object(path, &format!("{request} --dry-run"))["gate"].clone();
    assert_eq!(limit(FORGET)["max_kept_loss"], 0.001);
    assert_eq!(
        limit(&format!("{FORGET} --max-kept-loss 2"))["max_kept_loss"],
        2.0
    );
    assert_eq!(limit(RED)["max_kept_loss"], 0.001);
    let named = format!("{RED} --method transplant");
    assert_eq!(limit(&named)["max_kept_loss"], 0.001, "named or chosen");
    for manual in ["--lambda1 0.1", "--lambda2 3", "--method bias-shift"] {
        assert_eq!(limit(&format!("{RED} {manual}")), parse("null"), "{manual}");
    }
    // Moving the features harms this network's other classes.
    let all = format!("{FORGET} --scope all");
    refuses(path, &all, &["more than 0.001\n"]);
    run(path, &format!("{all} --max-kept-loss 1 --out m2")).done();
}

#[test]
fn a_code_out_of_reach_is_said_to_be() {
    let folder = folder();
    let path = folder.path();
    // At such a learning rate the only hidden unit dies: nothing before it is reached.
    let train = "train --data data --architecture mlp --hidden 1 --activation relu --image-size 8 \
        --epochs 20 --batch-size 8 --mix 0.3 --learning-rate 12 --seed 1 --out dead --codes k";
    run(path, train).done();
    let request = "forget dead --codes k --class red --scope features";
    let parts = [
        "the result did not pass; nothing was written:\n",
        "  not forgotten, by their codes: red\n",
        "  no weight moved: ",
        "at no strength that was tried",
    ];
    refuses(path, request, &parts);
    let dry = run(path, &format!("{request} --dry-run")).not_achieved(&parts);
    assert!(dry.contains("none found"), "{dry}");
    let json = run(path, &format!("{request} --out m2 --json")).not_achieved(&parts);
    let record = parse(&json);
    assert_eq!(record["steps"][0]["reached"], false);
    assert_eq!(record["parameters_changed"], 0);
    // By hand nothing was aimed at, and there is no gate.
    let manual = run(path, &format!("{request} --lambda2 10 --out m2"));
    assert_eq!(
        manual.not_achieved(&["no weight moved; nothing was written"]),
        ""
    );
}

#[test]
fn images_of_kept_classes_can_refuse_a_result() {
    let folder = folder();
    let path = folder.path();
    let request = format!("{HARM} --check-data data");
    let parts = [
        "  accuracy on the kept classes of data fell by ",
        " points, from 100.00 % to ",
        "more than 1\n",
    ];
    refuses(path, &request, &parts);
    let record = object(path, &format!("{request} --max-kept-drop 100 --out m2"));
    let (gate, check) = (&record["gate"], &record["gate"]["check"]);
    assert_eq!(
        (&gate["passed"], &gate["max_kept_loss"]),
        (&true.into(), &parse("null"))
    );
    assert_eq!(check["data"]["source"], "data");
    assert_eq!(check["max_kept_drop"], 100.0);
    let number = |key: &str| check[key].as_f64().unwrap();
    let [before, after] =
        ["before", "after"].map(|when| number(&format!("kept_accuracy_{when}_percent")));
    assert_eq!(number("drop_points"), before - after);
    let evaluated = object(path, "evaluate m2 --data data --forgotten red");
    assert_eq!(evaluated["kept_accuracy_percent"], after);
    assert_eq!(
        evaluated["forgotten_error_percent"],
        check["forgotten_error_percent"]
    );
}

#[test]
fn classes_forgotten_before_do_not_count_as_kept() {
    let folder = folder();
    let path = folder.path();
    run(path, &format!("{FORGET} --out m2")).done();
    let second = "forget m2 --codes c --class blue --check-data data --out m3";
    let check = object(path, second)["gate"]["check"].clone();
    // With red among the kept classes it were two thirds.
    assert_eq!(check["kept_accuracy_before_percent"], 100.0, "{check}");
    assert_eq!(check["forgotten_error_percent"], 100.0, "{check}");
}

#[test]
fn artificial_images_check_a_model_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let train = "train --data shapes --limit-per-class 50 --architecture cnn --width 8 --epochs 6 \
        --batch-size 32 --learning-rate 0.1 --schedule one-cycle --code-kind normal --code-block 4 \
        --seed 5 --out m --codes c";
    run(path, train).done();
    let harm = "forget m --codes c --class ring --scope classifier --lambda1 100 --lambda2 3000 \
        --check-data shapes";
    let parts = [
        "accuracy on the kept classes of shapes fell by ",
        "more than 1\n",
    ];
    refuses(path, harm, &parts);
    let digest = |seed: &str| {
        let request = format!("{harm} --max-kept-drop 100 --dry-run {seed}");
        object(path, &request)["gate"]["check"]["data"]["digest"].clone()
    };
    assert_ne!(digest("--data-seed 1"), digest("--data-seed 2"));
    assert_eq!(digest("--data-seed 0"), digest(""));
}

#[test]
fn bad_check_data_is_bad_input() {
    let folder = folder();
    let path = folder.path();
    for (arguments, parts) in [
        ("--check-data shapes", &["shapes", "4 classes"][..]),
        ("--check-data nowhere", &["nowhere"]),
        ("--data-seed 3", &["--check-data"]),
        ("--skip-unreadable", &["--check-data"]),
        ("--max-kept-drop 3", &["--check-data"]),
        ("--max-kept-loss=-1", &["--max-kept-loss", "at least 0"]),
        (
            "--check-data data --max-kept-drop nan",
            &["--max-kept-drop", "at least 0"],
        ),
    ] {
        let ran = run(path, &format!("{FORGET} --out m2 {arguments}"));
        assert_eq!(ran.code, Some(2), "{arguments}: {ran:?}");
        ran.bad(parts);
        assert_eq!(files(path), ["c", "data", "m"], "{arguments}");
    }
}
