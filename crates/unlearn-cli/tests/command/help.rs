//! Help and usage.

use std::path::Path;

use super::command::run;

const COMMANDS: [&str; 11] = [
    "demo", "train", "enrol", "merge", "forget", "methods", "evaluate", "compare", "audit",
    "report", "inspect",
];

#[test]
fn every_command_shows_an_example() {
    let here = Path::new(".");
    let help = run(here, "--help").done();
    assert!(help.contains("Example"), "{help}");
    for command in COMMANDS {
        assert!(help.contains(command), "{help}");
        let help = run(here, &format!("{command} --help")).done();
        assert!(
            help.contains(&format!("Example:\n  unlearn {command}")),
            "{help}"
        );
    }
}

#[test]
fn help_says_what_users_must_know() {
    let help = run(Path::new("."), "train --help").done();
    // Where lines are broken does not matter.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Whoever knows it can draw the codes again",
        "RAYON_NUM_THREADS",
        "--resume",
        "secret",
    ] {
        assert!(help.contains(part), "no `{part}` in: {help}");
    }
    assert!(
        run(Path::new("."), "--help")
            .done()
            .contains("Exit code: 0 done")
    );
}

#[test]
fn help_says_who_chooses_the_strength() {
    let help = run(Path::new("."), "forget --help").done();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Without --lambda1 and --lambda2 the codes say how strongly to move",
        "the other is 0.001 or 10",
        "[default: output; all with --lambda1 or --lambda2]",
        "[default: 0.001 for `transplant` and `mnemonic`; no limit with --lambda1, --lambda2 or another method]",
        "[possible values: all, classifier, output, features]",
        "bias-shift",
    ] {
        assert!(help.contains(part), "no `{part}` in: {help}");
    }
}

#[test]
fn wrong_arguments_are_bad_input() {
    for arguments in [
        "",
        "learn",
        "train",
        "train --data shapes --architecture vgg --out m --codes c",
        "train --data shapes --architecture mlp --out m --codes c --epochs many",
        "forget m --codes c --out m2",
        "forget m --codes c --class red",
        "forget m --codes c --class red --out m2 --scope head",
        "forget m --codes c --class red --out m2 --method magic",
        "evaluate m",
        "audit --before m --after f --data d --out a",
        "audit --before m --after f --data d --forgotten red --out a --quick --full",
        "audit --before m --after f --data d --forgotten red --out a --epochs 3",
    ] {
        let ran = run(Path::new("."), arguments);
        assert_eq!(ran.code, Some(2), "{arguments}: {ran:?}");
        assert_eq!(ran.stdout, "", "{arguments}");
    }
}

#[test]
fn the_version_is_told() {
    let version = run(Path::new("."), "--version").done();
    assert_eq!(version, format!("unlearn {}\n", env!("CARGO_PKG_VERSION")));
}
