//! Requests that cannot be carried out.

use super::command::{files, run};
use super::trained::folder;

#[test]
fn what_is_wrong_with_the_request_is_said_and_nothing_is_written() {
    let folder = folder();
    let path = folder.path();
    for (request, parts) in [
        (
            "--class rde",
            &[
                "m: unknown class \"rde\"",
                "nearest name is \"red\"",
                "4 classes",
            ][..],
        ),
        ("--class 4", &["unknown class \"4\"", "4 classes"]),
        (
            "--class red --class blue --class 1 --class white",
            &["at least one class to keep", "none of the model's 4"],
        ),
        (
            "--class red --lambda1 0",
            &["lambda1", "positive", "found 0"],
        ),
        (
            "--class red --lambda2=-3",
            &["lambda2", "positive", "found -3"],
        ),
        ("--class red --lambda2 inf", &["lambda2"]),
    ] {
        let ran = run(path, &format!("forget m --codes c --out m2 {request}"));
        assert_eq!(ran.code, Some(2), "{request}: {ran:?}");
        ran.bad(parts);
        assert_eq!(files(path), ["c", "data", "m"], "{request}");
    }
}

#[test]
fn a_class_is_forgotten_once() {
    let folder = folder();
    let path = folder.path();
    run(path, "forget m --codes c --class red --out m2").done();
    let again = run(path, "forget m2 --codes c --class red --out m3");
    again.bad(&["m2: class `red`", "forgot already"]);
    run(path, "forget m2 --codes c --class 0 --out m3").done();
    let json = run(path, "inspect m3 --json").done();
    assert!(
        json.contains("\"forgotten\": [\n    \"red\",\n    \"blue\"\n  ]"),
        "{json}"
    );
    let rest = run(
        path,
        "forget m3 --codes c --class green --class white --out m4",
    );
    rest.bad(&["at least one class to keep"]);
}

#[test]
fn evaluation_wants_known_classes_and_a_kept_one() {
    let folder = folder();
    let unknown = run(folder.path(), "evaluate m --data data --forgotten grene");
    unknown.bad(&["unknown class \"grene\"", "nearest name is \"green\""]);
    let all = "evaluate m --data data --forgotten 0 --forgotten 1 --forgotten 2 --forgotten 3";
    run(folder.path(), all).bad(&["at least one class that was kept", "all 4"]);
}

#[test]
fn weights_that_leave_the_range_of_numbers_are_not_written() {
    let folder = folder();
    let ran = run(
        folder.path(),
        "forget m --codes c --class red --out m2 --lambda1 1e300 --lambda2 1e300",
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("not finite; nothing was written"),
        "{}",
        ran.stderr
    );
    assert_eq!(files(folder.path()), ["c", "data", "m"]);
}
