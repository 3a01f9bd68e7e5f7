//! What every method in the catalog must do.

use super::small;
use serde_json::{Map, json};
use unlearn::forget::{CATALOG, ForgetError, Job, Request, method};

#[test]
fn the_same_request_gives_the_same_bits_and_leaves_the_model_alone() {
    let (model, codes) = small::trained();
    let before = model.to_bytes();
    for entry in CATALOG {
        for classes in [vec!["circle"], vec!["star", "heart", "0"]] {
            let request = Request::new(&model, &classes).unwrap();
            let job = Job::new(&model, &codes, &request).unwrap();
            let method = method(entry.name, Map::new()).unwrap();
            let [one, other] = [0, 1].map(|_| job.run(method.as_ref()).unwrap());
            assert_eq!(
                one.model.to_bytes(),
                other.model.to_bytes(),
                "{}",
                entry.name
            );
            assert_eq!(model.to_bytes(), before, "{} changed its input", entry.name);
            assert_ne!(one.model.to_bytes(), before, "{} did nothing", entry.name);
        }
    }
}

#[test]
fn the_outcome_says_what_was_done() {
    let (model, codes) = small::trained();
    for entry in CATALOG {
        let request = Request::new(&model, &["ring"]).unwrap();
        let job = Job::new(&model, &codes, &request).unwrap();
        let outcome = job
            .run(method(entry.name, Map::new()).unwrap().as_ref())
            .unwrap();
        assert_eq!(outcome.method, entry.name);
        assert_eq!(outcome.model.metadata.forgotten, ["ring"]);
        assert_eq!(outcome.model.metadata.origin, Some(model.digest()));
        assert!(outcome.parameters_changed() <= model.network.trained_element_count());
        assert!(outcome.largest_change() > 0.0);
        for change in &outcome.changes {
            assert!(
                !change.name.contains("running"),
                "{}: a buffer moved",
                entry.name
            );
        }
    }
}

#[test]
fn the_papers_one_shot_costs_one_backward_pass_per_class() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring", "star"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let passes = |settings| {
        let method = method("mnemonic", settings).unwrap();
        job.run(method.as_ref()).unwrap().backward_passes
    };
    let manual = Map::from_iter([("lambda2".to_owned(), json!(1.0))]);
    assert_eq!(passes(manual), 10);
    // One class after the other: itself and the eight that are kept in the end.
    assert_eq!(passes(Map::new()), 2 * 9);
}

#[test]
fn a_scope_moves_its_own_part_only() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let names = |scope: &str| {
        let settings = Map::from_iter([("scope".to_owned(), json!(scope))]);
        let outcome = job
            .run(method("mnemonic", settings).unwrap().as_ref())
            .unwrap();
        let changes = outcome.changes.into_iter();
        changes.map(|change| change.name).collect::<Vec<_>>()
    };
    assert_eq!(names("classifier"), ["fc.weight", "fc.bias"]);
    let features = names("features");
    assert!(!features.is_empty() && features.iter().all(|name| !name.starts_with("fc.")));
    assert_eq!(names("all").len(), features.len() + 2);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let (mut model, codes) = small::trained();
    let refused = |classes: &[&str]| Request::new(&model, classes).unwrap_err();
    assert!(refused(&["cirle"]).to_string().contains("circle"));
    assert!(matches!(refused(&[]), ForgetError::NothingAsked));
    let all: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let error = Request::new(&model, &all).unwrap_err();
    assert!(matches!(error, ForgetError::NothingKept { classes: 10 }));

    let (other, _) = small::untrained(5);
    let request = Request::new(&other, &["0"]).unwrap();
    let error = Job::new(&other, &codes, &request).unwrap_err();
    assert!(matches!(error, ForgetError::Codes(_)), "{error}");

    let mut unplanted = model.clone();
    unplanted.metadata.unplanted.push("heart".into());
    let error = Request::new(&unplanted, &["heart"]).unwrap_err();
    assert!(matches!(error, ForgetError::NeverPlanted { .. }), "{error}");
    let request = Request::new(&unplanted, &["star"]).unwrap();
    assert_eq!(
        request.kept().len(),
        8,
        "a class without a planted code is not kept by it"
    );

    model.metadata.forgotten.push("ring".into());
    let error = Request::new(&model, &["ring"]).unwrap_err();
    assert!(matches!(error, ForgetError::AlreadyForgotten { .. }));
    let request = Request::new(&model, &["star"]).unwrap();
    assert_eq!(
        request.kept().len(),
        8,
        "a forgotten class does not count as kept"
    );
}
