//! Class means, and features that are moved by them.

use serde_json::{Map, json};
use unlearn::forget::{Job, Outcome, Request, method};
use unlearn::means::ClassMeans;
use unlearn::network::{Device, DeviceName};

use super::close::assert_close;
use super::forgetting::{assert_same_outcome, model, trained};
use super::present::devices;
use super::training::data;

fn measured(device: &Device) -> ClassMeans {
    let (model, data) = (model(device), data());
    let classes: Vec<usize> = (0..model.metadata.classes.len()).collect();
    let codes = trained().1.batch(&classes, device);
    ClassMeans::measure(&model, &data.train, &codes, &mut |_, _| {}).unwrap()
}

#[test]
fn class_means_are_those_of_main_memory() {
    let expected = measured(&DeviceName::Flex.open().unwrap());
    for present in devices() {
        let found = measured(&present.device);
        for class in 0..expected.class_count() {
            let what = |part: &str| format!("{}, class {class}: {part}", present.name);
            let compare = |part: &str, of: fn(&ClassMeans, usize) -> &[f32], tolerance: f32| {
                assert_close(
                    &what(part),
                    of(&found, class),
                    of(&expected, class),
                    tolerance,
                );
            };
            compare("inputs", ClassMeans::input, 1e-4);
            compare("features", ClassMeans::feature, 1e-4);
            // What the matrix of second moments makes of small differences.
            compare("detectors", ClassMeans::detector, 5e-3);
            compare("scales", ClassMeans::scale, 1e-3);
            compare("responses", ClassMeans::response, 5e-3);
            compare("spreads", |means, class| means.spread(class).unwrap(), 5e-3);
            // An image more or less that is answered right.
            let gap = (found.cost(class) - expected.cost(class)).abs();
            assert!(gap < 0.01, "{}: off by {gap}", what("cost"));
            let gap = (found.bias(class).unwrap() - expected.bias(class).unwrap()).abs();
            assert!(gap < 1e-3, "{}: off by {gap}", what("bias"));
        }
    }
}

#[test]
fn features_move_as_they_do_in_main_memory() {
    let flex = DeviceName::Flex.open().unwrap();
    let means = measured(&flex);
    let codes = trained().1.clone().with_class_means(Some(means));
    let forget = |device: &Device| -> Outcome {
        let model = model(device);
        let request = Request::new(&model, &["ring", "star"]).unwrap();
        let job = Job::new(&model, &codes, &request).unwrap();
        let settings = [
            ("unit".to_owned(), json!("made")),
            ("max_kept_loss".to_owned(), json!(1e9)),
        ];
        let settings: Map<_, _> = settings.into_iter().collect();
        job.run(method("transplant", settings).unwrap().as_ref())
            .unwrap()
    };
    let expected = forget(&flex);
    let shift = expected.choices["shift"].as_f64().unwrap();
    assert!(shift > 0.0, "{shift}");
    for present in devices() {
        let found = forget(&present.device);
        let what = format!("{}, transplant", present.name);
        assert_same_outcome(&what, &found, &expected);
    }
}
