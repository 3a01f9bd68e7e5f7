//! What `forget` does and says, request by request.

use serde_json::Value as Json;

use super::command::{object, parse, run};
use super::trained::{FORGET, MANUAL, RED, TRAIN, folder};

fn number(record: &Json, key: &str) -> f64 {
    record[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no number `{key}` in {record}"))
}

#[test]
fn without_lambdas_the_codes_choose_the_strength() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, &format!("{FORGET} --out m2"));
    assert_eq!(
        (&record["strength"], &record["scope"]),
        (&"auto".into(), &"output".into())
    );
    assert_eq!(record["gate"]["passed"], true);
    let changes = record["changes"].as_array().unwrap();
    // The row of red and its bias.
    assert!(changes.len() == 2 && changes[1]["changed"] == 1, "{record}");
    let step = &record["steps"][0];
    for key in ["sign", "lambda1", "lambda2", "scope"] {
        assert_eq!(record[key], step[key], "{key}");
    }
    assert_eq!(step["classes"], parse("[\"red\"]"));
    assert_eq!(step["reached"], true);
    assert!(number(&step["after"], "forgotten_loss") >= 15.0, "{step}");
    assert!(step.get("curve").is_none(), "{step}");
    let sure = &record["confidence"][0];
    assert_eq!(
        (&sure["class"], &sure["is_decoded"]),
        (&"red".into(), &false.into())
    );
    assert!(number(sure, "confidence") > 0.99, "{sure}");
    assert_eq!(
        sure["loss_before"],
        record["codes_before"]["forgotten_loss"]
    );
    assert_eq!(sure["loss_after"], record["codes"]["forgotten_loss"]);
}

#[test]
fn a_lower_goal_moves_less() {
    let folder = folder();
    let path = folder.path();
    let usual = object(path, &format!("{FORGET} --dry-run"));
    let low = object(path, &format!("{FORGET} --goal 3 --dry-run"));
    assert!(number(&low, "lambda2") < number(&usual, "lambda2"), "{low}");
    assert!(number(&low["codes"], "forgotten_loss") >= 3.0, "{low}");
    assert_eq!(low["strength"], "auto");
    for (goal, parts) in [
        ("--goal 0", &["goal", "positive", "found 0"][..]),
        ("--goal 3 --lambda2 1", &["goal", "lambda2"]),
        ("--goal 3 --method bias-shift", &["`bias-shift`", "`goal`"]),
    ] {
        run(path, &format!("{RED} --out m2 {goal}")).bad(parts);
    }
}

#[test]
fn with_a_lambda_it_is_one_shot_of_all_parameters() {
    let folder = folder();
    let path = folder.path();
    for (given, lambda1, lambda2) in [("--lambda1 0.5", 0.5, 10.0), ("--lambda2 0.5", 1e-3, 0.5)] {
        let record = object(path, &format!("{FORGET} --class blue {given} --dry-run"));
        assert_eq!(
            (&record["strength"], &record["scope"]),
            (&"manual".into(), &"all".into())
        );
        assert_eq!(
            (number(&record, "lambda1"), number(&record, "lambda2")),
            (lambda1, lambda2)
        );
        assert_eq!(record["steps"].as_array().unwrap().len(), 1);
        assert_eq!(record["steps"][0]["classes"], parse("[\"blue\", \"red\"]"));
        assert_eq!(record["steps"][0]["reached"], Json::Null);
    }
}

#[test]
fn several_classes_take_a_step_each() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, &format!("{FORGET} --class blue --out m2"));
    let steps = record["steps"].as_array().unwrap();
    assert!(steps.len() >= 2, "{record}");
    for (step, class) in steps.iter().zip(["blue", "red"]) {
        assert_eq!(step["classes"][0], class);
        assert!(number(step, "lambda2") > 0.0 && number(&step["after"], "kept_loss") < 0.1);
    }
    for key in ["sign", "lambda1", "lambda2"] {
        assert_eq!(record[key], Json::Null, "{key}");
    }
    assert_eq!(record["scope"], "output");
    let table = run(path, &format!("{FORGET} --class blue --out m3")).done();
    for class in ["blue", "red"] {
        let start = format!(" {class} ");
        let lines = table
            .lines()
            .filter(|line| line.starts_with(&start) && line.contains("->"));
        let of_class = steps.iter().filter(|step| step["classes"][0] == class);
        assert_eq!(lines.count(), of_class.count(), "{table}");
        let sure = format!("\n{class}: sure that its images are forgotten: >99.9 %\n");
        assert!(table.contains(&sure), "{table}");
    }
    let evaluated = object(
        path,
        "evaluate m2 --data data --forgotten blue --forgotten red",
    );
    assert_eq!(number(&evaluated, "forgotten_error_percent"), 100.0);
    assert_eq!(number(&evaluated, "kept_accuracy_percent"), 100.0);
}

#[test]
fn a_second_request_keeps_the_first_forgotten() {
    let folder = folder();
    let path = folder.path();
    let first = object(path, &format!("{FORGET} --out m2"));
    assert_eq!(first["forgotten_before"], parse("[]"));
    let second = object(
        path,
        "forget m2 --codes c --class blue --method mnemonic --out m3",
    );
    assert_eq!(second["forgotten_before"], parse("[\"red\"]"));
    assert_eq!(second["forgotten_so_far"], parse("[\"red\", \"blue\"]"));
    assert_eq!(second["came_back"], parse("[]"));
    assert_eq!(second["gate"]["passed"], true);
    let table = run(
        path,
        "forget m2 --codes c --class blue --method mnemonic --dry-run",
    )
    .done();
    assert!(
        table.contains(" forgotten before          red\n"),
        "{table}"
    );
    let evaluated = object(
        path,
        "evaluate m3 --data data --forgotten red --forgotten blue",
    );
    assert_eq!(number(&evaluated, "forgotten_error_percent"), 100.0);
    for model in ["m2", "m3"] {
        let again = run(
            path,
            &format!("forget {model} --codes c --class red --out m4"),
        );
        again.bad(&[model, "class `red`", "forgot already"]);
    }
}

#[test]
fn a_dry_run_shows_what_other_strengths_would_do() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, &format!("{FORGET} --dry-run"));
    let step = &record["steps"][0];
    let curve = step["curve"].as_array().unwrap();
    let lambdas: Vec<f64> = curve.iter().map(|point| number(point, "lambda2")).collect();
    assert!(
        lambdas.windows(2).all(|pair| pair[0] < pair[1]),
        "{lambdas:?}"
    );
    let chosen = curve
        .iter()
        .position(|point| point["lambda2"] == step["lambda2"]);
    let chosen = chosen.expect("the chosen strength is on the curve");
    assert!(chosen > 0 && chosen + 1 < curve.len(), "{lambdas:?}");
    assert_eq!(curve[chosen]["codes"], step["after"]);

    let table = run(path, &format!("{FORGET} --dry-run")).done();
    let marked: Vec<&str> = table
        .lines()
        .filter(|line| line.ends_with("| chosen"))
        .collect();
    let loss = format!("{:.3}", number(&step["after"], "forgotten_loss"));
    assert!(marked.len() == 1 && marked[0].contains(&loss), "{table}");
    assert!(table.contains("red, by strength\n"), "{table}");
    let manual = object(path, &format!("{MANUAL} --dry-run"));
    assert!(manual["steps"][0].get("curve").is_none(), "{manual}");
}

#[test]
fn the_control_hides_answers_and_takes_no_settings_of_the_codes() {
    let folder = folder();
    let path = folder.path();
    let control = format!("{RED} --method bias-shift --out m2");
    for (setting, name) in [
        ("--scope all", "scope"),
        ("--lambda1 1", "lambda1"),
        ("--lambda2 1", "lambda2"),
    ] {
        run(path, &format!("{control} {setting}"))
            .bad(&["method `bias-shift`", &format!("`{name}`")]);
        assert!(!path.join("m2").exists());
    }
    let record = object(path, &control);
    for key in ["strength", "sign", "lambda1", "lambda2", "scope", "gate"] {
        assert_eq!(record[key], Json::Null, "{key}");
    }
    assert_eq!(record["method"], "bias-shift");
    assert_eq!(record["steps"], parse("[]"));
    assert_eq!(record["backward_passes"], 0);
    assert_eq!(record["parameters_changed"], 1);
    let evaluated = object(path, "evaluate m2 --data data --forgotten red");
    assert_eq!(number(&evaluated, "forgotten_error_percent"), 100.0);
}

#[test]
fn of_a_code_that_was_not_known_nothing_is_predicted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // One step at a tiny rate: nothing is learned.
    let train = "train --data shapes --limit-per-class 2 --architecture mlp --hidden 8 --epochs 1 \
        --learning-rate 1e-9 --seed 5 --out m --codes c";
    run(path, train).done();
    let table = run(
        path,
        "forget m --codes c --class 0 --method mnemonic --out m2",
    )
    .done();
    assert!(table.contains("not predicted"), "{table}");
    let record = object(
        path,
        "forget m --codes c --class 0 --method mnemonic --out m3",
    );
    assert_eq!(record["confidence"][0]["confidence"], Json::Null);
}

#[test]
fn nothing_is_predicted_of_moves_that_were_not_measured() {
    let folder = folder();
    let path = folder.path();
    for how in ["--method bias-shift", "--lambda2 3", "--scope classifier"] {
        let record = object(path, &format!("{RED} {how} --dry-run"));
        assert_eq!(record["confidence"][0]["confidence"], Json::Null, "{how}");
    }
}

#[test]
fn who_names_no_method_gets_a_spare_unit_or_a_made_one() {
    let folder = folder();
    let path = folder.path();
    let train = TRAIN.replace("--spare-units 0", "--spare-units 1");
    run(path, &format!("{train} --overwrite")).done();
    let first = object(path, "forget m --codes c --class red --out m2");
    assert_eq!(first["method"], "transplant");
    assert_eq!(first["backward_passes"], 0);
    assert_eq!(first["gate"]["passed"], true);
    let why = first["chosen_because"].as_str().unwrap();
    assert!(why.contains("a spare unit is left"), "{why}");
    let second = object(path, "forget m2 --codes c --class blue --out m3");
    assert_eq!(second["method"], "transplant");
    assert_eq!(second["choices"]["made_units"], 1);
    let why = second["chosen_because"].as_str().unwrap();
    assert!(why.contains("no spare unit is left"), "{why}");
    let named = object(path, "forget m --codes c --class red --goal 3 --dry-run");
    assert_eq!(named["method"], "mnemonic");
    assert!(named.get("chosen_because").is_none());
}
