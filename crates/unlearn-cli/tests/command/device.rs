//! Devices by name.

use super::command::{object, run};
use super::trained::{FORGET, TRAIN, folder};

/// What every build can be asked for, with the feature that brings it.
const NAMES: [(&str, &str); 5] = [
    ("libtorch", "libtorch"),
    ("libtorch-cuda:0", "libtorch"),
    ("libtorch-cuda:999", "libtorch"),
    ("vulkan:99", "vulkan"),
    ("wgpu:99", "wgpu"),
];

#[test]
fn help_lists_the_devices_of_the_build() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        "train", "enrol", "forget", "evaluate", "audit", "compare", "demo",
    ] {
        let help = run(folder.path(), &format!("{command} --help")).done();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("this build has flex"), "{help}");
        assert!(help.contains("[default: flex]"), "{help}");
    }
}

#[test]
fn an_unknown_device_is_bad_input() {
    let folder = folder();
    for arguments in [
        format!("{TRAIN} --overwrite"),
        "enrol m --codes c --out e".into(),
        format!("{FORGET} --out m2"),
        "evaluate m --data data".into(),
        "audit --before m --after m --data data --forgotten red --out a".into(),
        "compare e.toml --out o".into(),
        "demo".into(),
    ] {
        run(folder.path(), &format!("{arguments} --device gpu")).bad(&[
            "'--device <NAME>'",
            "libtorch-cuda[:N]",
            "found `gpu`",
        ]);
    }
}

/// A device that the build or the machine lacks is said, nothing is written.
#[test]
fn a_device_that_is_not_there_is_bad_input() {
    let folder = folder();
    for (name, feature) in NAMES {
        let ran = run(folder.path(), &format!("{FORGET} --out m2 --device {name}"));
        if ran.code == Some(0) {
            std::fs::remove_file(folder.path().join("m2")).unwrap();
            continue;
        }
        let parts = match ran.stderr.contains("needs a build") {
            true => [format!("`--features {feature}`"), "(flex".into()],
            false => ["cannot be used here: ".into(), name.into()],
        };
        ran.bad(&parts.each_ref().map(String::as_str));
        assert!(!folder.path().join("m2").exists());
    }
}

#[test]
fn records_name_the_device() {
    let folder = folder();
    let path = folder.path();
    for arguments in [
        format!("{TRAIN} --overwrite"),
        "enrol m --codes c --out e --overwrite".into(),
        format!("{FORGET} --dry-run"),
        "evaluate m --data data".into(),
    ] {
        assert_eq!(object(path, &arguments)["device"], "flex");
        let named = object(path, &format!("{arguments} --device flex"));
        assert_eq!(named["device"], "flex");
    }
}
