//! The demonstration's care for files; what it shows is measured by running it.

use std::fs;

use super::command::{files, run};

#[test]
fn an_earlier_demonstration_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("unlearn-demo");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("record.json"), "mine").unwrap();
    run(folder.path(), "demo").bad(&["record.json: expected no such file", "--overwrite"]);
    assert_eq!(files(&out), ["record.json"]);
    assert_eq!(fs::read(out.join("record.json")).unwrap(), b"mine");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "demo --out a/b").bad(&["a/b: cannot be made"]);
    fs::write(folder.path().join("file"), "").unwrap();
    run(folder.path(), "demo --out file").bad(&["file: cannot be made"]);
    assert_eq!(files(folder.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_demonstration_leaves_nothing() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let mut command = super::command::command(folder.path(), "demo --out d");
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It is listening for signals before it makes the folder.
    while !folder.path().join("d").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let kill = Command::new("kill")
        .arg("-INT")
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
    let ran = super::command::Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("interrupted; nothing was written"),
        "{}",
        ran.stderr
    );
    assert!(files(folder.path()).is_empty());
}
