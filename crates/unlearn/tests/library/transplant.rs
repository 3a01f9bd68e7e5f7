//! Spare units, from training to the model that forgot.

use std::path::Path;

use super::small;
use serde_json::{Map, Value as Json, json};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};

fn transplant(
    model: &Model,
    codes: &Codebook,
    classes: &[&str],
    unit: &str,
) -> Result<Outcome, ForgetError> {
    let settings = Map::from_iter([("unit".to_owned(), Json::from(unit))]);
    let method = method("transplant", settings).unwrap();
    let request = Request::new(model, classes).unwrap();
    Job::new(model, codes, &request)
        .unwrap()
        .run(method.as_ref())
}

#[test]
fn spare_units_are_kept_with_the_codes_and_not_in_the_model() {
    let (model, codes) = small::trained_by(small::with_spare_units(4));
    assert_eq!(model.network.class_count(), 10);
    let spare = codes.spare_units();
    assert_eq!(spare.len(), 4);
    let of_class = model.network.classifier_unit(0);
    assert_eq!(spare[0].weights.len(), of_class.weights.len());
    let file = codes.to_bytes(model.digest());
    assert_eq!(Codebook::parse(Path::new("codes"), &file).unwrap().0, codes);
}

#[test]
fn each_forgotten_class_takes_the_next_spare_unit_over_all_requests() {
    let (model, codes) = small::trained_by(small::with_spare_units(4));
    let spare = codes.spare_units();
    let first = transplant(&model, &codes, &["2", "5"], "auto").unwrap();
    let second = transplant(&first.model, &codes, &["0"], "auto").unwrap();
    let unit = |class| second.model.network.classifier_unit(class);
    assert_eq!(
        [unit(2), unit(5), unit(0)],
        [0, 1, 2].map(|k| spare[k].clone())
    );
    assert_eq!(second.backward_passes, 0);
    let others = [1, 3, 4, 6, 7, 8, 9];
    for class in others {
        assert_eq!(unit(class), model.network.classifier_unit(class));
    }
}

#[test]
fn where_spare_units_run_out_units_are_made_or_the_request_is_refused() {
    let (model, codes) = small::trained_by(small::with_spare_units(4));
    let classes = ["0", "1", "2", "3", "4"];
    let outcome = transplant(&model, &codes, &classes, "auto").unwrap();
    assert_eq!(outcome.choices["spare_units"], json!(4));
    assert_eq!(outcome.choices["made_units"], json!(1));
    let error = transplant(&model, &codes, &classes, "spare").unwrap_err();
    assert!(error.to_string().contains("found 4 of 4 left"), "{error}");
}

#[test]
fn spare_units_of_another_network_are_refused() {
    let (model, codes) = small::trained_by(small::with_spare_units(4));
    let mut units = codes.spare_units().to_vec();
    units[3].weights.pop();
    let request = Request::new(&model, &["0"]).unwrap();
    let codes = codes.with_spare_units(units);
    let error = Job::new(&model, &codes, &request).err().unwrap();
    assert!(error.to_string().contains("spare units"), "{error}");
}
