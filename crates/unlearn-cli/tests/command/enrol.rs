//! What `enrol` and `merge` write, and what `forget` makes of it.

use super::command::{object, run};
use super::trained::{FORGET, folder, read};

const ENROL: &str = "enrol m --codes c --out e";
/// Over the whole network, as in the paper.
const WHOLE: &str = "forget m --codes c --class red --lambda1 1e-3 --lambda2 1";

#[test]
fn an_enrolled_model_is_asked_with_fewer_passes() {
    let folder = folder();
    let path = folder.path();
    let record = object(path, ENROL);
    assert_eq!(record["classes"], 4);
    assert!(record["enrol_seconds"].as_f64().unwrap() > 0.0);
    let direct = object(path, &format!("{WHOLE} --out direct"));
    let stored = object(path, &format!("{WHOLE} --enrolment e --out stored"));
    assert_eq!(direct["backward_passes"], 4);
    assert_eq!(stored["backward_passes"], 1);
    assert_eq!(stored["sign"], direct["sign"]);
    // By default features alone are needed, and the bits are the same.
    run(path, &format!("{FORGET} --out plain")).done();
    run(path, &format!("{FORGET} --enrolment e --out known")).done();
    assert_eq!(read(path, "known"), read(path, "plain"));
}

#[test]
fn parts_are_merged_to_what_a_single_run_writes() {
    let folder = folder();
    let path = folder.path();
    run(path, ENROL).done();
    for part in ["1/2", "2/2"] {
        let name = part.replace('/', "of");
        run(
            path,
            &format!("enrol m --codes c --shard {part} --out {name}"),
        )
        .done();
    }
    run(path, "merge 2of2 1of2 --model m --out merged").done();
    assert_eq!(read(path, "merged"), read(path, "e"));
    let merge = |parts: &str| run(path, &format!("merge {parts} --model m --out other"));
    merge("1of2").bad(&["all 4 classes", "without class 1"]);
    merge("1of2 1of2").bad(&["in two"]);
    let inspected = object(path, "inspect 1of2");
    assert_eq!(
        (&inspected["whole"], &inspected["classes"]),
        (&false.into(), &2.into())
    );
    assert!(run(path, "inspect e").done().contains("the whole network"));
    merge("e").bad(&["a part of one", "a whole enrolment"]);
    run(path, "enrol m --codes c --shard 3/2 --out other").bad(&["1/3", "3/2"]);
}

#[test]
fn the_enrolment_goes_on_with_the_model() {
    let folder = folder();
    let path = folder.path();
    run(path, ENROL).done();
    // By default the features stay, so they are taken over; either way a next
    // request has the bits that it has without.
    let first = format!("{FORGET} --enrolment e --out m2 --enrolment-out e2");
    run(path, &first).done();
    let next = "forget m2 --codes c --class blue --method mnemonic --out";
    run(path, &format!("{next} known --enrolment e2")).done();
    run(path, &format!("{next} plain")).done();
    assert_eq!(read(path, "known"), read(path, "plain"));
    // The whole network moves: all is found out anew.
    let whole = format!("{WHOLE} --out m3 --enrolment e --enrolment-out e3");
    run(path, &whole).done();
    run(path, "enrol m3 --codes c --out anew").done();
    assert_eq!(read(path, "e3"), read(path, "anew"));
    run(path, &format!("{FORGET} --out m4 --enrolment-out m4")).bad(&["a file of its own"]);
}

#[test]
fn training_enrols_as_the_command_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let train = "train --data shapes --architecture mlp --hidden 16 --epochs 1 --limit-per-class 20 --seed 1 --out m --codes c";
    run(path, &format!("{train} --enrolment e")).done();
    run(path, "enrol m --codes c --out anew").done();
    assert_eq!(read(path, "e"), read(path, "anew"));
    let unplanted = format!("{train} --overwrite --mix 0 --enrolment e");
    run(path, &unplanted).bad(&["--enrolment", "none planted"]);
}

#[test]
fn a_stale_enrolment_is_told_and_not_used() {
    let folder = folder();
    let path = folder.path();
    run(path, ENROL).done();
    run(path, &format!("{FORGET} --out m2")).done();
    let request = "forget m2 --codes c --class blue --lambda1 1e-3 --lambda2 1";
    let ran = run(path, &format!("{request} --enrolment e --out m3"));
    assert!(
        ran.stderr.contains("stale") && ran.stderr.contains("anew"),
        "{ran:?}"
    );
    ran.done();
    run(path, &format!("{request} --out plain")).done();
    assert_eq!(read(path, "m3"), read(path, "plain"));
    // So is one of an earlier version, whose codes were known by their seed alone.
    let mut bytes = read(path, "e");
    let schema = br#"\"schema\":2"#;
    let place = bytes.windows(schema.len()).position(|part| part == schema);
    bytes[place.unwrap() + schema.len() - 1] = b'1';
    std::fs::write(path.join("old"), bytes).unwrap();
    let ran = run(path, &format!("{WHOLE} --enrolment old --out m4"));
    assert!(
        ran.stderr.contains("enrol the model again") && ran.stderr.contains("anew"),
        "{ran:?}"
    );
    ran.done();
}

#[test]
fn a_damaged_enrolment_is_refused_and_none_is_written_over() {
    let folder = folder();
    let path = folder.path();
    run(path, ENROL).done();
    run(path, &format!("{FORGET} --enrolment e --out e --overwrite")).bad(&["a file of its own"]);
    let bytes = read(path, "e");
    std::fs::write(path.join("cut"), &bytes[..bytes.len() - 1]).unwrap();
    run(path, &format!("{FORGET} --enrolment cut --out m2")).bad(&["cut", "within the file"]);
}

#[cfg(unix)]
#[test]
fn an_enrolment_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    run(folder.path(), ENROL).done();
    let mode = std::fs::metadata(folder.path().join("e"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
