//! Looking for what is left of a class.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::command::{command, files, object, parse, run};
use super::images::write_idx;
use super::trained::{FORGET, TRAIN, folder, read};

const AUDIT: &str = "audit --before m --after f --data data --forgotten red --codes c";

/// Adds the model that forgot, and models retrained without the class.
fn prepare(path: &Path, retrained: usize) -> String {
    run(path, &format!("{FORGET} --out f")).done();
    let mut audit = AUDIT.to_owned();
    for index in 0..retrained {
        let train = TRAIN.replace(
            "--out m --codes c",
            &format!("--out r{index} --codes k{index}"),
        );
        let train = train.replace("20240229", &format!("{}", 100 + index));
        run(path, &format!("{train} --without red")).done();
        audit += &format!(" --retrained r{index}");
    }
    audit
}

/// The record without what differs from run to run.
fn timeless(mut record: Json) -> Json {
    for audit in record["audits"].as_array_mut().unwrap() {
        audit.as_object_mut().unwrap().remove("seconds");
    }
    record
}

#[test]
fn an_audit_writes_a_record_and_a_page() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 2);
    let record = object(path, &format!("{audit} --out a"));
    assert_eq!(
        files(&path.join("a")),
        ["findings", "record.json", "report.html"]
    );
    assert_eq!(
        parse(&String::from_utf8(read(path, "a/record.json")).unwrap()),
        record
    );
    let roles: Vec<&Json> = record["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["role"])
        .collect();
    assert_eq!(
        roles,
        ["before", "bias-shift", "after", "retrained", "retrained"]
    );
    let answers = &record["audits"][0];
    assert_eq!(answers["name"], "answers");
    let value = |place: usize| {
        answers["figures"][0]["estimates"][place]["value"]
            .as_f64()
            .unwrap()
    };
    assert_eq!([value(0), value(1), value(2)], [100.0, 0.0, 0.0]);
    for audit in record["audits"].as_array().unwrap() {
        // These need more models, or a class that was never used.
        let needs_more = ["ulira", "klom", "unused"].contains(&audit["name"].as_str().unwrap());
        assert_eq!(audit["skipped"].is_string(), needs_more, "{audit}");
        for figure in audit["figures"].as_array().unwrap() {
            assert!(!figure["sentence"].as_str().unwrap().is_empty());
            assert_eq!(figure["estimates"].as_array().unwrap().len(), 5);
        }
    }
    run(path, "report a/record.json --out again.html").done();
    assert!(read(path, "again.html") == read(path, "a/report.html"));
    run(path, "report a/record.json --out again.html").bad(&["--overwrite"]);
}

/// What a browser would have to fetch or run stands in none of these.
#[test]
fn the_page_needs_nothing_else() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    run(path, &format!("{audit} --out a")).done();
    let page = String::from_utf8(read(path, "a/report.html")).unwrap();
    for part in [
        "http:", "https:", "url(", "@import", "<link", "<iframe", "onclick", "onload",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    let (_, embedded) = page.split_once("type=\"application/json\">").unwrap();
    let (embedded, _) = embedded.split_once("</script>").unwrap();
    let record = parse(&String::from_utf8(read(path, "a/record.json")).unwrap());
    assert_eq!(parse(embedded), record);
    // Every picture is described, every table has a caption.
    assert_eq!(
        page.matches("<img").count(),
        page.matches("alt=\"Test image").count()
    );
    assert_eq!(
        page.matches("<table").count(),
        page.matches("<caption").count()
    );
    let drawings = page.matches("<svg").count();
    let described = page.matches("role=\"img\" aria-label=\"").count();
    assert_eq!(
        drawings,
        described + page.matches("aria-hidden=\"true\"><").count()
    );
    for word in ["certified", "compliant", "erased"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn audits_that_were_not_asked_for_are_left_out_and_the_page_says_so() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    run(path, &format!("{audit} --out a --only code --only answers")).done();
    let record = parse(&String::from_utf8(read(path, "a/record.json")).unwrap());
    let audits = record["audits"].as_array().unwrap();
    let made = audits.iter().filter(|audit| audit["skipped"].is_null());
    let made: Vec<&str> = made.map(|audit| audit["name"].as_str().unwrap()).collect();
    assert_eq!(made, ["answers", "code"]);
    let page = String::from_utf8(read(path, "a/report.html")).unwrap();
    assert!(page.contains("Relearning from a few images. It was not asked for (--only)."));
    run(path, &format!("{audit} --out a --overwrite --only nothing")).bad(&["relearning", "code"]);
}

#[test]
fn without_a_retrained_model_nothing_is_concluded() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 0).replace(" --codes c", "");
    let ran = run(path, &format!("{audit} --out a --json"));
    assert!(
        ran.stderr.contains("nothing can be concluded"),
        "{}",
        ran.stderr
    );
    let record = parse(&ran.done());
    let summary = record["summary"].as_str().unwrap();
    assert!(summary.contains("cannot be concluded"), "{summary}");
    for audit in record["audits"].as_array().unwrap() {
        let conclusion = audit["conclusion"].as_str().unwrap();
        assert!(
            ["no-reference", "not-asked", "skipped"].contains(&conclusion),
            "{audit}"
        );
    }
    let skipped = record["audits"].as_array().unwrap().iter();
    let skipped = skipped.filter(|audit| audit["conclusion"] == "skipped");
    assert_eq!(
        skipped.count(),
        7,
        "three need codes, one a retrained model, two many models, one a class that was never used"
    );
}

#[test]
fn models_forgotten_by_anything_are_audited() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 3).replace(" --codes c", "");
    // The retrained model's file does not say that it forgot, and codes are none of its own.
    let after = audit.replace("--after f", "--after r2");
    let record = object(
        path,
        &format!("{} --out a", after.replace(" --retrained r2", "")),
    );
    assert_eq!(record["models"][2]["made_to_forget"], parse("[]"));
    // It is a retrained model itself.
    for audit in &record["audits"].as_array().unwrap()[..3] {
        assert_ne!(audit["conclusion"], "traces", "{}", audit["name"]);
    }
}

#[test]
fn no_model_is_its_own_yardstick() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    fs::copy(path.join("m"), path.join("copy")).unwrap();
    for (second, first) in [("copy", "m"), ("f", "f"), ("r0", "r0")] {
        run(path, &format!("{audit} --retrained {second} --out a")).bad(&[
            &format!("{second}: expected a model of its own"),
            &format!("the same weights as in {first}"),
        ]);
    }
    let same = audit.replace("--after f", "--after copy");
    run(path, &format!("{same} --out a")).bad(&["copy: expected a model of its own"]);
    // Another model with the same codes was shown the class's.
    let planted = TRAIN
        .replace("--out m --codes c", "--out p --codes pc")
        .replace("--epochs 30", "--epochs 31");
    run(path, &planted).done();
    run(path, &format!("{audit} --retrained p --out a")).bad(&[
        "p: expected a model that was retrained without red",
        "knows the class's code",
    ]);
    assert!(!path.join("a").exists());
    // Without codes nobody can tell, and the record says so.
    let blind = audit.replace(" --codes c", "");
    let record = object(path, &format!("{blind} --retrained p --out a"));
    let limits = record["limits"].to_string();
    assert!(limits.contains("taken on trust"), "{limits}");
}

#[test]
fn a_broken_gate_is_not_achieved() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    let kept =
        "--gate answers.forgotten=5 --gate answers.kept=90 --gate answers.forgotten.excess=0";
    run(path, &format!("{audit} --out a {kept}")).done();
    let broken =
        format!("{audit} --out a --overwrite --gate answers.kept=101 --gate landing.js=0.5 {kept}");
    let text = run(path, &broken).not_achieved(&[
        "a gate was broken: answers.kept is 100.0 %, at least 101.0 % was demanded",
    ]);
    let record = parse(&String::from_utf8(read(path, "a/record.json")).unwrap());
    let limits = record["limits"].to_string();
    let of_one = "the time to relearn as a part of theirs) have no yardstick";
    assert!(limits.contains(of_one), "{limits}");
    assert!(text.contains("gate broken: answers.kept"), "{text}");
    assert!(text.contains("gate kept: answers.forgotten "), "{text}");
    for (wrong, part) in [
        ("relearn", "KEY=LIMIT"),
        ("magic.k5=3", "unknown figure"),
        ("relearn.k5=3", "relearning.kN"),
    ] {
        let ran = run(path, &format!("{audit} --out b --gate {wrong}"));
        assert_eq!(ran.code, Some(2), "{wrong}");
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn finished_audits_are_read_back() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    let first = object(path, &format!("{audit} --out a"));
    let findings = path.join("a/findings");
    let kept = files(&findings);
    // One is damaged, one is missing: both are made anew, the others are as they were.
    fs::write(findings.join(&kept[0]), "{").unwrap();
    fs::remove_file(findings.join(&kept[1])).unwrap();
    let changed = kept[2..]
        .iter()
        .map(|name| fs::metadata(findings.join(name)).unwrap().modified());
    let changed: Vec<_> = changed.map(Result::unwrap).collect();
    let second = object(path, &format!("{audit} --out a --overwrite"));
    assert_eq!(files(&findings), kept);
    for (name, changed) in kept[2..].iter().zip(changed) {
        assert_eq!(
            fs::metadata(findings.join(name))
                .unwrap()
                .modified()
                .unwrap(),
            changed,
            "{name}"
        );
    }
    assert_eq!(timeless(first), timeless(second));
    // Another seed is another question.
    object(path, &format!("{audit} --out a --overwrite --seed 1"));
    assert!(files(&findings).len() > kept.len());
}

#[cfg(unix)]
#[test]
fn a_stopped_audit_goes_on() {
    use std::process::{Command, Stdio};
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    let whole = object(path, &format!("{audit} --out whole"));
    let mut command = command(path, &format!("{audit} --out a"));
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let findings = path.join("a/findings");
    while !fs::read_dir(&findings).is_ok_and(|entries| entries.count() > 2) {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let kill = Command::new("kill")
        .arg("-INT")
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
    let ran = super::command::Ran::from(child.wait_with_output().unwrap());
    ran.not_achieved(&["interrupted; what was finished is kept in a"]);
    assert_eq!(files(&path.join("a")), ["findings"]);
    assert_eq!(
        timeless(object(path, &format!("{audit} --out a"))),
        timeless(whole)
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 1);
    let records = ["1", "3"].map(|threads| {
        let mut command = command(path, &format!("{audit} --out a{threads} --json"));
        command.env("RAYON_NUM_THREADS", threads);
        let ran = super::command::Ran::from(command.output().unwrap());
        timeless(parse(&ran.done()))
    });
    assert_eq!(records[0], records[1]);
}

#[test]
fn retrained_models_are_made_on_request_and_kept() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 0);
    let recipe = "--train-oracle=2 --epochs 30 --batch-size 8 --mix 0.3";
    let record = object(path, &format!("{audit} --out a {recipe}"));
    let models = record["models"].as_array().unwrap();
    assert_eq!(models[3]["training"]["epochs"], 30);
    assert!(models[3]["training"].get("seed").is_none());
    assert_ne!(models[3]["digest"], models[4]["digest"]);
    let first = read(path, "a/retrained-1.safetensors");
    assert_eq!(
        files(&path.join("a")).len(),
        7,
        "{:?}",
        files(&path.join("a"))
    );
    let evaluated = object(
        path,
        "evaluate a/retrained-1.safetensors --data data --forgotten red",
    );
    assert_eq!(evaluated["forgotten_error_percent"], 100.0);
    object(path, &format!("{audit} --out a {recipe} --overwrite"));
    assert!(read(path, "a/retrained-1.safetensors") == first);
    // So is another seed: the same command with it does not read back the first one's models.
    let other = format!("{audit} --out a {recipe} --seed 7 --overwrite");
    object(path, &other);
    assert!(read(path, "a/retrained-1.safetensors") != first);
    // Another recipe is another model.
    object(
        path,
        &format!("{audit} --out a --train-oracle --epochs 2 --overwrite"),
    );
    assert!(read(path, "a/retrained-1.safetensors") != first);
    let alone = run(path, &format!("{audit} --out b --epochs 2"));
    assert_eq!(alone.code, Some(2));
    assert!(alone.stderr.contains("--train-oracle"), "{}", alone.stderr);
}

#[test]
fn retraining_that_diverges_is_not_achieved() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 0);
    let recipe =
        "--train-oracle --epochs 30 --batch-size 8 --learning-rate 1e30 --schedule constant";
    run(path, &format!("{audit} --out a {recipe}")).not_achieved(&["training diverged"]);
    assert!(!path.join("a/record.json").exists());
    assert!(!path.join("a/retrained-1.safetensors").exists());
}

#[test]
fn what_cannot_be_audited_is_named() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 0);
    run(path, &format!("{audit} --out a/b")).bad(&["a/b: cannot be made"]);
    run(
        path,
        &audit
            .replace("red", "pink")
            .replace("audit", "audit --out a"),
    )
    .bad(&["unknown class \"pink\""]);
    let train = "train --architecture mlp --hidden 4 --epochs 1 --codes k --data data --image-size 6 --out other";
    run(path, train).done();
    run(path, &format!("{audit} --out a --retrained other")).bad(&["other: expected input shape"]);
    run(
        path,
        &format!("{audit} --out a").replace("--codes c", "--codes k"),
    )
    .bad(&["k: "]);
    assert!(!path.join("a").exists());
    // Test images of the classes 0 and 1 only.
    write_idx(&path.join("idx"), 9, 2);
    let train = "train --architecture mlp --hidden 4 --epochs 1 --codes k2 --data idx --out n";
    run(path, train).done();
    let unseen = "audit --before n --after n --data idx --forgotten 2 --out a";
    run(path, unseen).bad(&["2: expected test images of the class"]);
    fs::write(path.join("no.json"), "{}").unwrap();
    run(path, "report no.json --out r.html").bad(&["no.json: expected the record of an audit"]);
    let demo = read(path, "m");
    fs::write(path.join("no.json"), demo).unwrap();
    run(path, "report no.json --out r.html").bad(&["no.json: expected the record of an audit"]);
    run(path, "report nowhere --out r.html").bad(&["nowhere: cannot be read"]);
}

#[test]
fn a_damaged_record_is_refused_by_what_is_wrong_with_it() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 0).replace(" --codes c", "");
    let record = object(path, &format!("{audit} --out a"));
    let refused = |damage: &dyn Fn(&mut Json), part: &str| {
        let mut damaged = record.clone();
        damage(&mut damaged);
        fs::write(path.join("damaged.json"), damaged.to_string()).unwrap();
        run(path, "report damaged.json --out r.html").bad(&["damaged.json", part]);
    };
    let finding = record["audits"][0]["findings"][0].clone();
    assert!(finding["confusion"].is_array());
    // The page looks for the first audit with a confusion, which needs be of all models.
    let skipped = record["audits"].as_array().unwrap();
    let skipped = skipped
        .iter()
        .position(|audit| audit["skipped"].is_string());
    let skipped = skipped.unwrap();
    refused(
        &|record| {
            record["audits"][0]["findings"] = Json::Array(Vec::new());
            record["audits"][0]["skipped"] = "no".into();
            record["audits"][0]["figures"] = Json::Array(Vec::new());
            record["audits"][skipped]["findings"] = Json::Array(vec![finding.clone()]);
        },
        "findings: expected none",
    );
    refused(
        &|record| record["audits"][0]["findings"] = Json::Array(vec![finding.clone()]),
        "audit `answers`: findings: expected an entry for each of 3 models, found 1",
    );
    refused(
        &|record| record["audits"][0]["figures"][0]["estimates"] = Json::Array(Vec::new()),
        "figure `answers.forgotten`: estimates: expected an entry for each of 3 models, found 0",
    );
}

/// Layout and words; the numbers are masked, for last digits depend on the processor.
#[test]
fn the_table_is_the_snapshot() {
    let folder = folder();
    let path = folder.path();
    let audit = prepare(path, 2);
    let text = run(path, &format!("{audit} --out a --gate answers.forgotten=5")).done();
    let masked = text.replace(|letter: char| letter.is_ascii_digit(), "9");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("audit", masked));
}

#[test]
fn a_model_before_that_forgot_the_class_is_refused() {
    let folder = folder();
    let path = folder.path();
    run(path, "forget m --codes c --class red --out m2").done();
    let swapped = "audit --before m2 --after m --data data --forgotten red --out a";
    run(path, swapped).bad(&["m2: expected a model that knows red", "swapped"]);
}
