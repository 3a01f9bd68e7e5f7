//! Files appear whole or not at all, and nothing is lost.

use std::fs;

use super::command::{command, files, run};
use super::trained::{FORGET, TRAIN, folder, read};

#[test]
fn existing_files_are_kept_unless_told_otherwise() {
    let folder = folder();
    let path = folder.path();
    let model = read(path, "m");
    run(path, TRAIN).bad(&["m: expected no such file", "--overwrite"]);
    run(path, &format!("{FORGET} --out m")).bad(&["m: expected no such file", "--overwrite"]);
    fs::write(path.join("m2"), "mine").unwrap();
    run(path, &format!("{FORGET} --out m2")).bad(&["m2: expected no such file"]);
    assert_eq!(read(path, "m2"), b"mine");
    assert_eq!(read(path, "m"), model);

    run(path, &format!("{FORGET} --out m2 --overwrite")).done();
    assert_ne!(read(path, "m2"), b"mine");
    run(path, &format!("{FORGET} --out m --overwrite")).done();
    assert_eq!(read(path, "m"), read(path, "m2"));
    run(path, &format!("{TRAIN} --overwrite")).done();
    assert_eq!(read(path, "m"), model);
    assert_eq!(files(path), ["c", "data", "m", "m2"]);
}

#[test]
fn the_second_existing_file_is_found_before_training() {
    let folder = folder();
    let path = folder.path();
    fs::remove_file(path.join("m")).unwrap();
    run(path, TRAIN).bad(&["c: expected no such file"]);
    assert_eq!(files(path), ["c", "data"]);
}

#[test]
fn places_that_cannot_be_written_to_are_named() {
    let folder = folder();
    let path = folder.path();
    run(path, &format!("{FORGET} --out nowhere/m2")).bad(&["m2", "existing folder nowhere"]);
    run(path, &format!("{FORGET} --out data")).bad(&["data: expected a file name, found a folder"]);
    let train = TRAIN.replace("--out m", "--out nowhere/m");
    run(path, &train).bad(&["nowhere"]);
    assert_eq!(files(path), ["c", "data", "m"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path();
    let locked = path.join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        println!("skipped: this user may write everywhere");
        return;
    }
    run(path, &format!("{FORGET} --out locked/m2")).bad(&["locked/m2: cannot be written"]);
}

#[test]
fn no_command_writes_over_what_it_reads_or_writes_itself() {
    let folder = folder();
    let path = folder.path();
    let codes = read(path, "c");
    let ran = run(path, &format!("{FORGET} --out ./c --overwrite"));
    ran.bad(&["./c: expected a file of its own, found the same as c"]);
    assert_eq!(read(path, "c"), codes);
    let same = TRAIN.replace("--codes c", "--codes ./m");
    run(path, &format!("{same} --overwrite")).bad(&["expected a file of its own"]);
    let resume = TRAIN.replace("--codes c", "--codes m.resume");
    run(path, &format!("{resume} --overwrite")).bad(&["expected a file of its own"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = folder();
    let path = folder.path();
    let stdout = run(path, &format!("{FORGET} --dry-run")).done();
    assert!(
        stdout.contains("fc2.weight") && stdout.contains("nothing was written"),
        "{stdout}"
    );
    let json = run(path, &format!("{FORGET} --dry-run --json --out m2")).done();
    assert!(json.contains("\"dry_run\": true"), "{json}");
    assert_eq!(files(path), ["c", "data", "m"]);
}

/// A limit on the size of files stands for a full disk: writing fails half-way.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_file_whole() {
    use std::process::Command;
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("m2"), "mine").unwrap();
    let (model, codes) = (read(path, "m"), read(path, "c"));
    for arguments in [
        format!("{FORGET} --out m2 --overwrite"),
        format!("{TRAIN} --overwrite"),
    ] {
        let program = command(path, "");
        let mut shell = Command::new("sh");
        shell.current_dir(path).arg("-c").arg(format!(
            "trap '' XFSZ; ulimit -f 1; exec '{}' {arguments}",
            program.get_program().to_str().unwrap()
        ));
        let ran = super::command::Ran::from(shell.output().unwrap());
        ran.bad(&["cannot be written"]);
        assert_eq!(files(path), ["c", "data", "m", "m2"], "{arguments}");
    }
    assert_eq!(read(path, "m2"), b"mine");
    assert_eq!((read(path, "m"), read(path, "c")), (model, codes));
}
