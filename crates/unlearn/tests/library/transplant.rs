//! Spare units, from training to the model that forgot.

use std::path::Path;

use super::small;
use serde_json::{Value as Json, json};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::data::Dataset;
use unlearn::data::format::shapes;
use unlearn::forget::{ForgetError, Job, Outcome, Request, method};
use unlearn::means::ClassMeans;
use unlearn::network::{Architecture, Device, Network, Value, largest};
use unlearn::train::TrainSettings;

fn transplant(
    model: &Model,
    codes: &Codebook,
    classes: &[&str],
    unit: &str,
) -> Result<Outcome, ForgetError> {
    by_settings(model, codes, classes, &[("unit", json!(unit))])
}

fn by_settings(
    model: &Model,
    codes: &Codebook,
    classes: &[&str],
    settings: &[(&str, Json)],
) -> Result<Outcome, ForgetError> {
    let settings = settings.iter();
    let settings = settings.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let method = method("transplant", settings.collect()).unwrap();
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
    let means = codes.class_means().unwrap();
    for class in others {
        let trained = model.network.classifier_unit(class);
        assert_eq!(unit(class).weights, trained.weights);
        assert_eq!(unit(class).bias, means.bias(class));
        assert_ne!(unit(class).bias, trained.bias);
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

/// A model that tells its classes apart.
fn well_trained() -> (Dataset, Model, Codebook) {
    let data = shapes::draw(1, 40, 2);
    let settings = TrainSettings {
        epochs: 10,
        ..small::with_spare_units(1).settings().clone()
    };
    let (model, codes) = small::trained_on(&data, settings.check().unwrap());
    (data, model, codes)
}

/// Features go as far as asked, whatever that costs.
fn moved_freely(model: &Model, codes: &Codebook, classes: &[&str], shift: f64) -> Outcome {
    let settings = [
        ("shift", json!(shift)),
        ("within_reach", json!(false)),
        ("max_kept_loss", json!(1e9)),
    ];
    by_settings(model, codes, classes, &settings).unwrap()
}

fn distance(one: &[f32], other: &[f32]) -> f32 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f32>().sqrt()
}

/// The mean features of the forgotten class come nearer to those of a kept one, and no kept class moves as far.
#[test]
fn features_of_the_forgotten_class_go_to_where_kept_classes_have_theirs() {
    let (data, model, codes) = well_trained();
    let before = codes.class_means().unwrap();
    let inputs = codes.batch(&(0..10).collect::<Vec<_>>(), &Device::flex());
    for class in [2, 7] {
        let classes = [&*class.to_string()];
        let nearest = |means: &ClassMeans| {
            let kept = (0..10).filter(|kept| *kept != class);
            let gaps = kept.map(|kept| distance(means.feature(class), means.feature(kept)));
            gaps.fold(f32::INFINITY, f32::min)
        };
        let mut gaps = vec![nearest(before)];
        for shift in [0.0, 0.5, 1.0] {
            let outcome = moved_freely(&model, &codes, &classes, shift);
            assert_eq!(outcome.choices["shift"], json!(shift));
            let after =
                ClassMeans::measure(&outcome.model, &data.train, &inputs, &mut |_, _| {}).unwrap();
            gaps.push(nearest(&after));
            let moved = |class| distance(before.feature(class), after.feature(class));
            let of_kept = (0..10).filter(|kept| *kept != class).map(moved);
            let furthest = of_kept.fold(0.0, f32::max);
            assert!(shift == 0.0 || furthest < moved(class), "{furthest}");
            assert_eq!(
                before.input(class),
                after.input(class),
                "what the layer reads stays"
            );
        }
        assert!(
            gaps[0] == gaps[1] && gaps[1] > gaps[2] && gaps[2] > gaps[3],
            "{gaps:?}"
        );
    }
}

#[test]
fn features_move_no_further_than_the_kept_codes_allow() {
    let (_, model, codes) = well_trained();
    let rise = |outcome: &Outcome| outcome.kept_loss_rise().unwrap();
    let mut held_back = 0;
    for class in ["0", "1", "2", "3", "4"] {
        let request = Request::new(&model, &[class]).unwrap();
        let beyond = ["within_reach", "balance"].map(|name| (name.to_owned(), json!(false)));
        let method = method("transplant", beyond.into_iter().collect()).unwrap();
        let job = Job::new(&model, &codes, &request).unwrap();
        let free = job.with_max_kept_loss(Some(1e9));
        let free = free.run(method.as_ref()).unwrap();
        assert_eq!(free.choices["shift"], json!(1.0));
        let still = by_settings(&model, &codes, &[class], &[("shift", json!(0.0))]).unwrap();
        let nothing = job.with_max_kept_loss(Some(rise(&still).min(rise(&free)) - 1.0));
        let nothing = nothing.run(method.as_ref()).unwrap();
        assert_eq!(nothing.choices["shift"], json!(0.0));
        if rise(&still) < rise(&free) {
            let limit = 0.5 * (rise(&still) + rise(&free));
            let held = job.with_max_kept_loss(Some(limit));
            let held = held.run(method.as_ref()).unwrap();
            let shift = held.choices["shift"].as_f64().unwrap();
            assert!(0.0 < shift && shift < 1.0, "{shift}");
            assert!(rise(&held) <= limit);
            held_back += 1;
        }
    }
    assert!(held_back > 0, "no class whose move the kept codes feel");
}

/// Where a request says what the codes may lose in all, balanced biases are charged as well; by default they are not.
#[test]
fn a_limit_of_the_request_holds_for_balanced_biases_too() {
    let (_, model, codes) = well_trained();
    let rise = |outcome: &Outcome| outcome.kept_loss_rise().unwrap();
    let run = |class: &str, limit: Option<f64>, balance: bool| {
        let settings = [("balance".to_owned(), json!(balance))];
        let method = method("transplant", settings.into_iter().collect()).unwrap();
        let request = Request::new(&model, &[class]).unwrap();
        let job = Job::new(&model, &codes, &request).unwrap();
        let job = job.with_max_kept_loss(limit);
        job.run(method.as_ref()).unwrap()
    };
    let bias = |outcome: &Outcome| outcome.model.network.classifier_unit(9).bias.unwrap();
    let mut charged = 0;
    for class in ["0", "1", "2", "3", "4"] {
        let still = by_settings(&model, &codes, &[class], &[("shift", json!(0.0))]).unwrap();
        let free = run(class, None, true);
        assert_eq!(Some(bias(&free)), codes.class_means().unwrap().bias(9));
        for more in [1e-6, 1e-3, 1e-2, 1.0] {
            let limit = rise(&still) + more;
            let held = run(class, Some(limit), true);
            assert!(rise(&held) <= limit + 1e-9, "{class}, {more}");
            let unbalanced = run(class, Some(limit), false);
            let shift = |outcome: &Outcome| outcome.choices["shift"].as_f64().unwrap();
            assert!(shift(&held) >= shift(&unbalanced), "{class}, {more}");
            let is_balanced = bias(&held) == bias(&free);
            assert_eq!(held.choices["balance"], json!(is_balanced));
            charged += usize::from(!is_balanced);
        }
    }
    assert!(charged > 0, "no limit that balanced biases went beyond");
}

/// With the biases that are kept, the training images get each class, in the mean of the probabilities, as often as it is there.
#[test]
fn balanced_biases_fit_the_training_images() {
    let (data, model, codes) = well_trained();
    let means = codes.class_means().unwrap();
    let mut off = [0.0; 10];
    for place in 0..data.train.len() {
        let mut sample = vec![0.0; data.shape.iter().product()];
        let normalization = &model.metadata.normalization;
        data.train.write_sample(place, normalization, &mut sample);
        let shape = [&[1], &data.shape[..]].concat();
        let logits = model
            .network
            .forward(Value::from_vec(sample, &shape, &Device::flex()));
        let logits = logits.into_vec();
        let exponentials = logits.iter().enumerate().map(|(class, logit)| {
            let trained = model.network.classifier_unit(class).bias.unwrap();
            f64::from(logit + means.bias(class).unwrap() - trained).exp()
        });
        let exponentials: Vec<f64> = exponentials.collect();
        let sum: f64 = exponentials.iter().sum();
        let parts = off.iter_mut().zip(exponentials);
        parts.for_each(|(off, part)| *off += part / sum);
        off[data.train.label(place)] -= 1.0;
    }
    for (class, off) in off.iter().enumerate() {
        let trained = model.network.classifier_unit(class).bias.unwrap();
        let moved = f64::from(means.bias(class).unwrap() - trained);
        assert!((off + moved).abs() < 1e-2, "{class}: {off} {moved}");
    }
}

/// Which part of the training images of other classes lost their right answer.
fn lost(data: &Dataset, before: &Model, after: &Model, class: usize) -> f64 {
    let images = data.train.without_classes(&[class]);
    let right = |model: &Model| {
        let mut right = 0;
        for place in 0..images.len() {
            let mut sample = vec![0.0; data.shape.iter().product()];
            images.write_sample(place, &model.metadata.normalization, &mut sample);
            let shape = [&[1], &data.shape[..]].concat();
            let sample = Value::from_vec(sample, &shape, &Device::flex());
            let mut logits = model.network.forward(sample).into_vec();
            logits[class] = f32::NEG_INFINITY;
            right += usize::from(largest(&logits) == images.label(place));
        }
        right as f64 / images.len() as f64
    };
    right(before) - right(after)
}

#[test]
fn features_go_as_far_as_their_reach_which_what_the_other_classes_lose_decides() {
    let (data, model, codes) = well_trained();
    let means = codes.class_means().unwrap();
    let mut balanced = model.clone();
    let biases = (0..10).map(|class| (class, means.bias(class).unwrap()));
    let biases: Vec<(usize, f32)> = biases.collect();
    balanced.network.set_classifier_biases(&biases);
    let mut held_back = 0;
    for class in 0..10 {
        let name = class.to_string();
        let [half, whole] = [0.5, 1.0].map(|part| {
            let free = moved_freely(&model, &codes, &[&name], part);
            lost(&data, &balanced, &free.model, class)
        });
        let cost = match whole > 0.005 {
            true => (0.25 * half + whole) / 1.0625,
            false => whole,
        };
        let found = means.cost(class);
        assert!((found - cost).abs() < 1e-6, "{found} {cost}");
        let reach = (0.005 / cost.max(0.005)).sqrt();
        let settings = [("shift", json!(1.0)), ("max_kept_loss", json!(1e9))];
        let held = by_settings(&model, &codes, &[&name], &settings).unwrap();
        let shift = held.choices["shift"].as_f64().unwrap();
        assert!((shift - reach).abs() < 1e-3, "{shift} {reach}");
        held_back += usize::from(reach < 1.0);
    }
    assert!(0 < held_back && held_back < 10, "{held_back} classes");
}

#[test]
fn what_classes_of_a_request_cost_adds_up() {
    let (_, model, codes) = well_trained();
    let means = codes.class_means().unwrap();
    let cost: f64 = [2, 3, 7].map(|class| means.cost(class)).iter().sum();
    let reach = (0.005 / cost.max(0.005)).sqrt();
    assert!(reach < 1.0);
    let settings = [("max_kept_loss", json!(1e9))];
    let held = by_settings(&model, &codes, &["2", "3", "7"], &settings).unwrap();
    let shift = held.choices["shift"].as_f64().unwrap();
    assert!((shift - reach).abs() < 1e-3, "{shift} {reach}");
}

#[test]
fn class_means_of_another_network_are_refused() {
    let (model, codes) = small::trained_by(small::with_spare_units(1));
    let other = small::data();
    let mut metadata = small::metadata(&other);
    metadata.architecture = Architecture::Cnn { width: 3 };
    let graph = metadata
        .architecture
        .build(&metadata.input_shape, 10)
        .unwrap();
    let network = Network::initialize(graph, 1, &Device::flex());
    let inputs = codes.batch(&[0, 1], &Device::flex());
    let narrow = Model { network, metadata };
    let means = ClassMeans::measure(&narrow, &other.train, &inputs, &mut |_, _| {});
    let codes = codes.with_class_means(means);
    let request = Request::new(&model, &["0"]).unwrap();
    let error = Job::new(&model, &codes, &request).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("class means of inputs and features [72, 8]"),
        "{error}"
    );
}

/// A class goes again and again: later requests find the class means as they were.
#[test]
fn later_requests_move_features_too() {
    let (_, model, codes) = well_trained();
    let first = transplant(&model, &codes, &["2"], "auto").unwrap();
    let second = transplant(&first.model, &codes, &["5"], "auto").unwrap();
    assert!(second.choices["shift"].as_f64().unwrap() > 0.0);
    let conv = |model: &Model| {
        let named = model.network.parameters().iter();
        let mut named = named.filter(|parameter| parameter.name == "conv3.weight");
        named.next().unwrap().value.to_vec()
    };
    assert_ne!(conv(&first.model), conv(&second.model));
}
