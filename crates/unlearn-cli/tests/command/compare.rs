//! Comparisons: tables, killed processes, shares, and what is refused.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::command::{command, files, object, run};
use super::images::write_colours;

const EXPERIMENT: &str = r#"title = "Colours"
seeds = [1, 2]

[[original]]
name = "colours"
data = "data"
reading = { image_size = [8, 8] }
network = { name = "mlp", hidden = [16], activation = "relu" }
training = { epochs = 30, batch_size = 8, mix = 0.3 }
forget = ["red"]

[[method]]
method = "mnemonic"

[[method]]
method = "random-label"
settings = { batch_size = 8, epochs = 20, learning_rate = 0.01 }
"#;

/// A folder with images and an experiment about them.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_colours(&folder.path().join("data"));
    fs::write(folder.path().join("colours.toml"), EXPERIMENT).unwrap();
    folder
}

/// The records that were written, without seconds.
fn records(folder: &Path) -> Vec<Json> {
    let text = fs::read_to_string(folder.join("colours.jsonl")).unwrap();
    let records = text.lines().map(|line| {
        let mut record: Json = serde_json::from_str(line).unwrap();
        assert!(record["seconds"].is_object(), "{record}");
        record["seconds"] = Json::Null;
        record
    });
    records.collect()
}

#[test]
fn a_comparison_ends_in_records_and_tables() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, "compare colours.toml --out out");
    assert_eq!(
        (&record["cells"], &record["done"]),
        (&10.into(), &10.into())
    );
    let rows = record["comparison"]["tables"][0]["rows"]
        .as_array()
        .unwrap();
    let names: Vec<&Json> = rows.iter().map(|row| &row["name"]).collect();
    assert_eq!(
        names,
        [
            "original",
            "retrained",
            "bias-shift",
            "mnemonic",
            "random-label"
        ]
    );
    for row in &rows[1..] {
        assert_eq!(row["forgotten_error"]["mean"], 100.0, "{row}");
        assert!(row["backward_passes"]["mean"].is_number() && row["seconds"]["mean"].is_number());
    }
    let expected = [
        "cells",
        "colours.csv",
        "colours.html",
        "colours.jsonl",
        "colours.md",
        "models",
    ];
    assert_eq!(files(&path.join("out")), expected);
    assert_eq!(records(&path.join("out")).len(), 10);
    let table = run(path, "compare colours.toml --out out").done();
    let written = fs::read_to_string(path.join("out/colours.md")).unwrap();
    assert!(table.starts_with(&written), "{table}");
    // A second run takes all from the folder, the seconds included.
    let mut again = object(path, "compare colours.toml --out out");
    again["files"] = record["files"].clone();
    assert_eq!(again, record);
}

/// The page tells what was asked and found, needs nothing else, and is made again from the records.
#[test]
fn a_comparison_ends_in_a_page() {
    let folder = folder();
    let path = folder.path();
    run(path, "compare colours.toml --out out").done();
    let page = fs::read_to_string(path.join("out/colours.html")).unwrap();
    for part in [
        "<h1>Colours</h1>",
        "What was found",
        "what was not measured",
        "colours: without red",
        "bias shift, which forgets nothing inside, has A_R 100.00",
        "training images of the kept classes",
        "scope output",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in [
        "http:", "https:", "url(", "@import", "<link", "<iframe", "onclick", "onload",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    let (_, embedded) = page.split_once("type=\"application/json\">").unwrap();
    let (embedded, _) = embedded.split_once("</script>").unwrap();
    let embedded: Vec<Json> = serde_json::from_str(embedded).unwrap();
    let lines = fs::read_to_string(path.join("out/colours.jsonl")).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(embedded, lines.collect::<Vec<Json>>());
    assert_eq!(embedded[0]["experiment"], "Colours");
    let tables = page.matches("<table").count();
    assert_eq!(page.matches("<caption").count(), tables);

    run(path, "report out/colours.jsonl --out again.html").done();
    assert!(fs::read_to_string(path.join("again.html")).unwrap() == page);
    fs::write(path.join("bad.jsonl"), "{}\n").unwrap();
    fs::write(path.join("none.jsonl"), "").unwrap();
    run(path, "report bad.jsonl --out r.html").bad(&["bad.jsonl: expected the records"]);
    run(path, "report none.jsonl --out r.html").bad(&["none.jsonl: expected", "found none"]);
    assert!(!path.join("r.html").exists());
}

/// Ten times the process is killed without warning.
#[cfg(unix)]
#[test]
fn a_killed_process_goes_on_to_the_same_records() {
    let folder = folder();
    let path = folder.path();
    run(path, "compare colours.toml --out whole").done();
    for time in 0..10 {
        let mut child = command(path, "compare colours.toml --out killed");
        let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap();
        std::thread::sleep(Duration::from_millis(30 + 17 * time));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(path, "compare colours.toml --out killed").done();
    assert_eq!(records(&path.join("killed")), records(&path.join("whole")));
}

#[cfg(unix)]
#[test]
fn an_interrupted_comparison_says_how_to_go_on() {
    let folder = folder();
    let path = folder.path();
    let slow = EXPERIMENT.replace("epochs = 30", "epochs = 3000");
    fs::write(path.join("colours.toml"), slow).unwrap();
    let mut command = command(path, "compare colours.toml --out out");
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = std::time::Instant::now();
    let is_training = || {
        let models = fs::read_dir(path.join("out/models"));
        models.is_ok_and(|mut models| models.next().is_some())
    };
    while !is_training() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    let kill = std::process::Command::new("kill")
        .arg("-INT")
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
    let ran: super::command::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(
        ran.not_achieved(&["stopped with ", "of 10 cells done", "the same command"]),
        ""
    );
}

#[test]
fn shares_are_merged_to_what_a_single_run_writes() {
    let folder = folder();
    let path = folder.path();
    run(path, "compare colours.toml --out whole").done();
    let told = run(path, "compare colours.toml --out one --shard 1/2").done();
    assert_eq!(told, "Colours: 5 of 10 cells done\n");
    let merge = "compare colours.toml --merge one --out merged";
    run(path, merge).bad(&[
        "all 10 cells",
        "found 5",
        "colours, seed 2, without red: original",
    ]);
    // What is told of a check is told without doing anything.
    assert_eq!(
        run(path, "compare colours.toml --out merged --dry-run").done(),
        told
    );
    run(path, "compare colours.toml --out two --shard 2/2").done();
    run(path, &format!("{merge} --merge two")).done();
    assert_eq!(records(&path.join("merged")), records(&path.join("whole")));
    // Nothing was trained again: the models are those of the shares.
    assert_eq!(
        files(&path.join("merged/models")),
        files(&path.join("whole/models"))
    );
}

#[test]
fn what_is_wrong_is_told_before_anything_is_done() {
    let folder = folder();
    let path = folder.path();
    for (part, wrong, parts) in [
        (
            "epochs = 30",
            "epoch = 30",
            &["bad.toml:9: `epoch`", "unknown field"][..],
        ),
        (
            "\"data\"",
            "\"nowhere\"",
            &["bad.toml:6: `data`", "nowhere"],
        ),
        (
            "\"random-label\"",
            "\"magic\"",
            &["bad.toml:16: `method`", "magic", "mnemonic"],
        ),
        (
            "mix = 0.3",
            "mix = 0.0",
            &["bad.toml:13: `method`", "the codes"],
        ),
        (
            "[1, 2]",
            "[1, 2]\nimages = \"forgotten\"",
            &["bad.toml:17: `method`", "images of the kept"],
        ),
        ("\"red\"", "\"rad\"", &["bad.toml:10: `forget`", "red"]),
    ] {
        assert!(EXPERIMENT.contains(part), "{part}");
        fs::write(path.join("bad.toml"), EXPERIMENT.replace(part, wrong)).unwrap();
        run(path, "compare bad.toml --out out").bad(parts);
        assert!(!path.join("out").exists(), "{wrong}");
    }
    run(path, "compare none.toml --out out").bad(&["none.toml: cannot be read"]);
    run(path, "compare colours.toml --out colours.toml").bad(&["colours.toml"]);
}
