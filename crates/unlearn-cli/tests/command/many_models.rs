//! Audits that need many models, or a class that was never used.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::command::{command, object, parse, run};
use super::compare;
use super::images::write_colours;
use super::trained::{FORGET, TRAIN, folder, read};

/// Trains models of many seeds in the folder: `m0` to `m3`, `f0` to `f3` that forgot red, `r0` to
/// `r7` that never saw it. Gives the command that audits them.
fn prepare(path: &Path) -> String {
    let train = |model: &str, codes: &str, seed: usize, more: &str| {
        let train = TRAIN.replace(
            "--out m --codes c",
            &format!("--out {model} --codes {codes}"),
        );
        let train = train.replace("20240229", &seed.to_string());
        run(path, &format!("{train} {more}")).done();
    };
    let mut audit = "audit --data data --forgotten red".to_owned();
    for index in 0..4 {
        let (model, codes) = (format!("m{index}"), format!("c{index}"));
        train(&model, &codes, 300 + index, "");
        let forget = FORGET.replace(
            "forget m --codes c",
            &format!("forget {model} --codes {codes}"),
        );
        run(path, &format!("{forget} --out f{index}")).done();
        audit += &format!(" --before m{index} --after f{index}");
    }
    for index in 0..8 {
        train(
            &format!("r{index}"),
            &format!("k{index}"),
            400 + index,
            "--without red",
        );
        audit += &format!(" --retrained r{index}");
    }
    audit
}

fn entry<'a>(record: &'a Json, name: &str) -> &'a Json {
    let mut audits = record["audits"].as_array().unwrap().iter();
    audits.find(|audit| audit["name"] == name).unwrap()
}

#[test]
fn many_models_are_put_beside_many_retrained_ones() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path);
    let record = object(path, &format!("{audit} --out a"));
    // Before, bias shift, after, eight retrained; three more of each but the retrained.
    assert_eq!(record["models"].as_array().unwrap().len(), 11);
    let names = record["peers"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|peer| peer["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "before 2",
            "before 3",
            "before 4",
            "bias shift 2",
            "bias shift 3",
            "bias shift 4",
            "after 2",
            "after 3",
            "after 4"
        ]
    );
    for (name, key) in [("ulira", "ulira.auc"), ("klom", "klom.median")] {
        let audit = entry(&record, name);
        let figure = &audit["figures"][0];
        assert_eq!(figure["key"], key);
        let estimates = figure["estimates"].as_array().unwrap();
        let given = estimates.iter().filter(|estimate| estimate.is_object());
        assert_eq!(
            given.count(),
            4,
            "before, bias shift, after, the first retrained"
        );
        // The original is told apart, and so nobody calls the audit blind.
        assert_eq!(
            figure["comparisons"][0]["verdict"], "told-apart",
            "{figure}"
        );
        let conclusion = audit["conclusion"].as_str().unwrap();
        assert!(
            ["traces", "no-traces", "undecided"].contains(&conclusion),
            "{conclusion}"
        );
    }
    let page = String::from_utf8(read(path, "a/report.html")).unwrap();
    assert!(page.contains("Models of other training seeds") && page.contains("bias shift 4"));
    assert!(!page.contains("Not made: Likelihood"));
    // The same findings on any number of threads, and read back.
    let mut one = command(path, &format!("{audit} --out b --json"));
    one.env("RAYON_NUM_THREADS", "1");
    let again = parse(&super::command::Ran::from(one.output().unwrap()).done());
    for name in ["ulira", "klom"] {
        assert_eq!(
            entry(&again, name)["figures"],
            entry(&record, name)["figures"]
        );
    }
    let kept = object(path, &format!("{audit} --out a --overwrite"));
    assert_eq!(entry(&kept, "klom"), entry(&record, "klom"));
    // Another peer is another question.
    let fewer = audit.replace(" --before m3 --after f3", "");
    let fewer = object(path, &format!("{fewer} --out a --overwrite"));
    let reason = entry(&fewer, "ulira")["skipped"].as_str().unwrap();
    assert!(
        reason.contains("at least 4 before, 4 after and 8 retrained"),
        "{reason}"
    );
    // A model twice is no second one.
    let twice = audit.replace("--after f3", "--after f0");
    run(path, &format!("{twice} --out c")).bad(&["f0: expected a model of its own"]);
    let swapped = audit.replace("--before m3 --after f3", "--before f3 --after m3");
    run(path, &format!("{swapped} --out c")).bad(&["f3: expected a model that knows red"]);
}

#[test]
fn a_forgotten_class_is_put_beside_one_that_was_never_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_colours(&path.join("data"));
    run(path, &format!("{TRAIN} --without white")).done();
    run(path, &format!("{FORGET} --out f")).done();
    let retrain = TRAIN.replace("--out m --codes c", "--out r --codes k");
    run(path, &format!("{retrain} --without white --without red")).done();
    let audit = "audit --before m --after f --retrained r --data data --forgotten red";
    let record = object(path, &format!("{audit} --unused white --out a"));
    assert_eq!(record["kept"], parse(r#"["blue", "green"]"#));
    assert_eq!(record["unused"], parse(r#"["white"]"#));
    // White is answered wrong by all, and that counts for nobody.
    let answers = &entry(&record, "answers")["figures"][1];
    assert_eq!(answers["key"], "answers.kept");
    assert_eq!(answers["estimates"][0]["value"], 100.0);
    let figures = entry(&record, "unused")["figures"].as_array().unwrap();
    let keys: Vec<&Json> = figures.iter().map(|figure| &figure["key"]).collect();
    assert_eq!(keys, ["unused.loss", "unused.answer"]);
    // The original knows red and does not know white.
    assert_eq!(figures[0]["estimates"][0]["value"], 1.0);
    for figure in figures {
        for estimate in figure["estimates"].as_array().unwrap() {
            let value = estimate["value"].as_f64().unwrap();
            assert!((0.5..=1.0).contains(&value), "{figure}");
        }
    }
    let page = String::from_utf8(read(path, "a/report.html")).unwrap();
    assert!(page.contains("No model was trained on images of white."));
    // What is made on request is trained without both.
    let made = "audit --before m --after f --data data --forgotten red --unused white --out b \
        --train-oracle --epochs 2 --batch-size 8 --overwrite";
    let with = object(path, made);
    let without = object(
        path,
        &made
            .replace(" --unused white", "")
            .replace("out b", "out e"),
    );
    assert_ne!(with["models"][3]["digest"], without["models"][3]["digest"]);
    for (unused, part) in [
        (
            "red",
            "--unused red: expected a class that is not to be forgotten",
        ),
        ("pink", "unknown class \"pink\""),
    ] {
        run(path, &format!("{audit} --unused {unused} --out d")).bad(&[part]);
    }
    let all = "--unused white --unused blue --unused green --out d";
    run(path, &format!("{audit} {all}")).bad(&["expected a class that is kept, found none"]);
}

/// The commands of docs/audits.md, but for `jq`.
#[test]
fn models_that_a_comparison_trained_are_audited() {
    let folder = compare::folder();
    let path = folder.path();
    let experiment = fs::read_to_string(path.join("colours.toml")).unwrap();
    let seeds = experiment.replace("seeds = [1, 2]", "seeds = [1, 2, 3, 4, 5, 6, 7, 8]");
    fs::write(path.join("colours.toml"), seeds).unwrap();
    run(path, "compare colours.toml --out out").done();
    let records = fs::read_to_string(path.join("out/colours.jsonl")).unwrap();
    let records: Vec<Json> = records.lines().map(parse).collect();
    let of_row = |row: &str| -> Vec<String> {
        let files = records.iter().filter(|record| record["row"] == row);
        let files = files.map(|record| record["model_file"].as_str().unwrap().to_owned());
        files.collect()
    };
    let mut audit = "audit --data data --forgotten red --out a".to_owned();
    for (index, file) in of_row("original").iter().take(4).enumerate() {
        let forget = "--method random-label --data data --class red --set epochs=20";
        run(path, &format!("forget out/{file} {forget} --out f{index}")).done();
        audit += &format!(" --before out/{file} --after f{index}");
    }
    for file in of_row("retrained") {
        audit += &format!(" --retrained out/{file}");
    }
    let record = object(path, &audit);
    for name in ["ulira", "klom"] {
        assert_eq!(entry(&record, name)["skipped"], Json::Null);
    }
    let made = records.iter().filter(|record| record["method"].is_string());
    assert!(made.clone().count() > 0 && made.into_iter().all(|r| r.get("model_file").is_none()));
}
