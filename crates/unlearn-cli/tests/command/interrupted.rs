//! Interrupted and resumed training.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::command::{Ran, command, files, run};
use super::trained::read;

const TRAIN: &str = "train --data shapes --limit-per-class 20 --architecture cnn --width 4 \
    --epochs 30 --batch-size 20 --flip --codes c --out m";

/// Starts training, and interrupts it once the first checkpoint is there.
fn interrupt(folder: &Path, arguments: &str) -> Ran {
    let mut command = command(folder, arguments);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !folder.join("m.resume").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    signal(&child);
    child.wait_with_output().unwrap().into()
}

fn signal(child: &Child) {
    let kill = Command::new("kill")
        .arg("-INT")
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
}

#[test]
fn an_interrupted_run_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    run(path, &format!("{TRAIN} --seed 987654321")).done();
    let whole = (read(path, "m"), read(path, "c"));
    fs::remove_file(path.join("m")).unwrap();
    fs::remove_file(path.join("c")).unwrap();

    let ran = interrupt(path, &format!("{TRAIN} --seed 987654321"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("m.resume") && ran.stderr.contains("--resume"),
        "{}",
        ran.stderr
    );
    assert_eq!(files(path), ["m.resume"]);

    let inspected = run(path, "inspect m.resume --json").done();
    assert!(inspected.contains("\"kind\": \"training\""), "{inspected}");
    assert!(inspected.contains("\"step\": "), "{inspected}");
    assert!(!inspected.contains("987654321"), "{inspected}");
    assert!(!run(path, "inspect m.resume").done().contains("987654321"));

    // A run that is kept is not trodden on, nor resumed as another.
    run(path, TRAIN).bad(&["m.resume: expected no interrupted run", "--resume"]);
    let fewer = TRAIN.replace("--limit-per-class 20", "--limit-per-class 10");
    let wider = TRAIN.replace("--width 4", "--width 5");
    for (arguments, parts) in [
        (
            format!("{TRAIN} --seed 5"),
            &["--seed: expected the seed of the run"][..],
        ),
        (
            format!("{TRAIN} --learning-rate 0.2"),
            &["learning_rate: expected 0.05", "found 0.2"],
        ),
        (fewer, &["data: expected \"sha256:"]),
        (wider, &["architecture: expected", "4", "5"]),
    ] {
        let ran = run(path, &format!("{arguments} --resume"));
        assert!(!ran.stderr.contains("987654321"), "{}", ran.stderr);
        ran.bad(&[&["m.resume: cannot be resumed"], parts].concat());
        assert_eq!(files(path), ["m.resume"]);
    }

    let json = run(path, &format!("{TRAIN} --resume --json")).done();
    assert!(!json.contains("\"resumed_at_step\": null"), "{json}");
    assert!((read(path, "m"), read(path, "c")) == whole);
    assert_eq!(files(path), ["c", "m"]);
}

#[test]
fn there_must_be_a_run_to_resume() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = run(folder.path(), &format!("{TRAIN} --resume"));
    nothing.bad(&["m.resume: expected an interrupted run to resume, found no such file"]);
    fs::write(folder.path().join("m.resume"), b"garbage").unwrap();
    let garbage = run(folder.path(), &format!("{TRAIN} --resume"));
    garbage.bad(&["m.resume: expected a safetensors file"]);
    assert_eq!(files(folder.path()), ["m.resume"]);
}

#[test]
fn a_run_that_diverges_is_not_achieved_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(
        folder.path(),
        &format!("{TRAIN} --learning-rate 1e30 --schedule constant"),
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("training diverged"), "{}", ran.stderr);
    assert!(files(folder.path()).is_empty());
}
