//! Same seed, same bits.

use std::path::Path;

use super::command::{command, run};
use super::trained::read;

const TRAIN: &str = "train --data shapes --limit-per-class 20 --architecture cnn --width 4 \
    --epochs 2 --batch-size 32 --pad-crop 2 --flip";

/// Trains and forgets with so many threads; gives all files that were written.
fn files(folder: &Path, name: &str, seed: &str, threads: &str) -> [Vec<u8>; 3] {
    let [model, codes, forgotten] = ["m", "c", "f"].map(|file| format!("{name}-{file}"));
    for arguments in [
        format!("{TRAIN} {seed} --out {model} --codes {codes}"),
        format!("forget {model} --codes {codes} --class ring --out {forgotten}"),
    ] {
        let mut command = command(folder, &arguments);
        command.env("RAYON_NUM_THREADS", threads);
        super::command::Ran::from(command.output().unwrap()).done();
    }
    [model, codes, forgotten].map(|file| read(folder, &file))
}

#[test]
fn neither_the_run_nor_the_number_of_threads_changes_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    let first = files(folder.path(), "first", "--seed 5", "1");
    for (name, threads) in [("again", "1"), ("two", "2"), ("three", "3")] {
        let other = files(folder.path(), name, "--seed 5", threads);
        assert!(first == other, "{name}: {threads} threads");
    }
    assert!(first != files(folder.path(), "seed", "--seed 6", "1"));
}

#[test]
fn without_a_seed_every_run_has_a_secret_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["first", "second"] {
        run(path, &format!("{TRAIN} --out {name}-m --codes {name}-c")).done();
        run(path, &format!("inspect {name}-c")).done();
    }
    assert!(read(path, "first-c") != read(path, "second-c"));
}
