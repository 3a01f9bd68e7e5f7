//! What every audit in the catalog must hold to.

use std::collections::BTreeSet;

use unlearn::audit::{
    AUDITS, Audit, Budget, Comparison, Context, Finding, Role, Subject, Verdict, bias_control,
    code_accuracy_percent, knows_code,
};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::Codebook;
use unlearn::data::format::shapes;
use unlearn::data::{Augmentation, Dataset};
use unlearn::forget::{Job, Request, method};
use unlearn::network::{Activation, Architecture, Device, Network, Value};
use unlearn::train::{TrainSettings, Trainer};

use super::small;

const FORGOTTEN: [usize; 2] = [2, 7];
const OF_MANY: [&str; 2] = ["ulira", "klom"];
const UNUSED: [usize; 1] = [5];

/// The model before, the bias shift as the model after, and twice the same
/// untrained network in place of retrained ones.
fn subjects(data: &Dataset) -> (Vec<Subject>, Codebook) {
    let (before, codes) = small::trained();
    let (mut never, _) = small::untrained(10);
    never.metadata = before.metadata.clone();
    let control = bias_control(&before, &data.train, &FORGOTTEN).unwrap();
    let subject = |role: Role, model: &Model| Subject {
        role,
        name: role.title().to_owned(),
        model: model.clone(),
    };
    let subjects = vec![
        subject(Role::Before, &before),
        subject(Role::After, &control.model),
        subject(Role::Retrained, &never),
        subject(Role::Retrained, &never),
    ];
    (subjects, codes)
}

/// Models of other seeds, so that there are four before, four after and eight retrained: the weights of the
/// audited ones a little moved, and other untrained networks.
fn peers(data: &Dataset, subjects: &[Subject]) -> Vec<Subject> {
    let before = &subjects[0];
    let moved = |seed: u64| {
        let mut model = before.model.clone();
        let network = &mut model.network;
        for index in 0..network.parameters().len() {
            let value = &network.parameters()[index].value;
            let (shape, mut numbers) = (value.shape().to_vec(), value.to_vec());
            let factor = 1.0 + 0.01 * (seed as f32 + index as f32).sin();
            numbers.iter_mut().for_each(|number| *number *= factor);
            network.set(index, Value::from_vec(numbers, &shape, &Device::flex()));
        }
        model
    };
    let mut peers = Vec::new();
    for seed in 1..4 {
        let model = moved(seed);
        let control = bias_control(&model, &data.train, &FORGOTTEN).unwrap();
        let after = Subject {
            role: Role::After,
            ..control.clone()
        };
        let before = Subject {
            model,
            ..before.clone()
        };
        peers.extend([before, control, after]);
    }
    let retrained = (0..6).map(|seed| {
        let mut never = subjects[2].clone();
        let architecture = never.model.metadata.architecture.clone();
        let graph = architecture.build(&data.shape, 10).unwrap();
        never.model.network = Network::initialize(graph, 10 + seed, &Device::flex());
        never
    });
    peers.extend(retrained);
    peers
}

fn budget() -> Budget {
    Budget {
        steps: 3,
        shots: vec![1, 2],
        draws: 2,
        ..Budget::glance()
    }
}

fn measure(audit: &dyn Audit, context: &Context<'_>) -> Vec<Finding> {
    let subjects = context.subjects.iter();
    let mut findings: Vec<Finding> = subjects
        .map(|subject| audit.measure(context, subject))
        .collect();
    audit.compare(context, &mut findings);
    findings
}

#[test]
fn every_audit_keeps_to_the_rules() {
    let data = small::data();
    let (subjects, codes) = subjects(&data);
    let peers = peers(&data, &subjects);
    let context = Context::new(&subjects, &data, &FORGOTTEN, Some(&codes), budget(), 5)
        .with_unused(&UNUSED)
        .with_peers(&peers);
    assert_eq!(context.kept, [0, 1, 3, 4, 6, 8, 9]);
    assert!(context.test.of_classes(&UNUSED).is_empty());
    let mut names = Vec::new();
    for audit in AUDITS {
        let name = audit.name();
        assert!(!names.contains(&name), "{name} twice");
        names.push(name);
        assert!(
            audit.question().ends_with(['?', '.']),
            "{name}: {}",
            audit.question()
        );
        assert!(
            audit.reading().ends_with('.'),
            "{name}: {}",
            audit.reading()
        );
        assert_eq!(audit.obstacle(&context), None, "{name}");
        let findings = measure(*audit, &context);
        for finding in &findings {
            for figure in &finding.figures {
                let key = &figure.key;
                assert!(audit.can_have(key), "{key}");
                let [low, high] = figure
                    .estimate
                    .interval
                    .unwrap_or([figure.estimate.value; 2]);
                assert!(
                    low <= figure.estimate.value && figure.estimate.value <= high,
                    "{key}"
                );
                assert!(low.is_finite() && high.is_finite(), "{key}");
            }
            let text = serde_json::to_string(finding).unwrap();
            let read: Finding = serde_json::from_str(&text).unwrap();
            assert_eq!(read.figures.len(), finding.figures.len());
        }
        // Asked again, it says the same.
        assert_eq!(measure(*audit, &context), findings, "{name}");
        // A model is not told apart from itself. Of many models the first one's figures are of all.
        for figure in &findings[2].figures {
            let one = findings[2].measured(&figure.key).unwrap();
            let Some(other) = findings[3].measured(&figure.key) else {
                assert!(OF_MANY.contains(&name), "{}", figure.key);
                continue;
            };
            let verdict = Comparison::new(one, &[other]).verdict;
            assert_ne!(verdict, Verdict::ToldApart, "{}", figure.key);
        }
    }
}

#[test]
fn the_bias_shift_hides_every_image_that_it_was_made_for_and_nothing_else() {
    let data = small::data();
    let (subjects, _) = subjects(&data);
    let images = data.train.of_classes(&FORGOTTEN);
    let answered = unlearn::audit::ask(&subjects[1], &images);
    let names = data.classes.names();
    assert!(
        answered
            .iter()
            .all(|answer| { FORGOTTEN.iter().all(|class| names[*class] != answer.class) })
    );
    let (before, after) = (&subjects[0].model.network, &subjects[1].model.network);
    let pairs = before.parameters().iter().zip(after.parameters());
    let moved = pairs.filter(|(one, other)| one.value.to_vec() != other.value.to_vec());
    let moved: Vec<&str> = moved.map(|(one, _)| one.name.as_str()).collect();
    assert_eq!(moved, ["fc.bias"]);
}

fn audit(name: &str) -> &'static dyn Audit {
    *AUDITS.iter().find(|audit| audit.name() == name).unwrap()
}

/// Of fewer images than twenty nobody can say how steps scatter.
#[test]
fn steps_and_codes_have_intervals_where_something_says_how_they_scatter() {
    for (images, has_steps) in [(2, false), (10, true)] {
        let data = shapes::draw(1, 10, images);
        let (subjects, codes) = subjects(&data);
        let context = Context::new(&subjects, &data, &FORGOTTEN, Some(&codes), budget(), 5);
        let found = |name: &str| measure(audit(name), &context).remove(1);
        let (relearning, code) = (found("relearning"), found("code"));
        let has = |finding: &Finding, key: &str| {
            let figure = finding.figure(key).unwrap();
            figure.estimate.interval.is_some()
        };
        assert_eq!(has(&relearning, "relearning.steps"), has_steps);
        for key in ["code.probability", "code.part"] {
            assert!(has(&code, key), "{key}");
        }
    }
}

#[test]
fn a_class_without_test_images_is_not_the_one_that_suffered_most() {
    let mut data = small::data();
    // The last of the kept classes: of equal drops the last one counts.
    data.test = data.test.of_classes(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let (mut subjects, _) = subjects(&data);
    subjects[1].model = subjects[0].model.clone();
    let context = Context::new(&subjects, &data, &FORGOTTEN, None, budget(), 5);
    let findings = measure(audit("answers"), &context);
    let unseen = &data.classes.names()[9];
    let notes = findings[1].notes.join(" ");
    assert!(
        notes.contains(&format!("no test images of {unseen}")),
        "{notes}"
    );
    assert!(notes.contains("suffered most is"), "{notes}");
    assert!(!notes.contains(&format!("most is {unseen}")), "{notes}");
}

#[test]
fn a_code_is_known_to_who_was_shown_it_and_to_nobody_else() {
    let data = small::data();
    let metadata = ModelMetadata {
        architecture: Architecture::Mlp {
            hidden: vec![32],
            activation: Activation::Relu,
        },
        ..small::metadata(&data)
    };
    let settings = TrainSettings {
        epochs: 20,
        batch_size: 10,
        mix: 0.5,
        spare_units: 0,
        ..TrainSettings::default()
    };
    let trained = |seed: u64| {
        let settings = TrainSettings {
            seed,
            ..settings.clone()
        };
        let (parameters, device) = (settings.check().unwrap(), Device::flex());
        let samples = (&data.train, data.digest);
        let run = Trainer::new(metadata.clone(), parameters, samples.0, samples.1, &device);
        let mut trainer = run.unwrap();
        assert!(trainer.run(&mut ()));
        trainer.trained(&mut ())
    };
    let ((shown, codes), (other, _)) = (trained(1), trained(2));
    let known = |model: &Model| {
        let known = (0..10).filter(|class| knows_code(model, &codes, *class));
        known.count()
    };
    let decoded = code_accuracy_percent(&shown, &codes).unwrap() / 10.0;
    assert!(decoded >= 5.0, "{decoded}");
    // A class that is answered to noise as surely may not be told.
    let found = known(&shown) as f64;
    assert!(
        decoded / 2.0 < found && found <= decoded,
        "{found} {decoded}"
    );
    assert_eq!(known(&other), 0);
}

#[test]
fn networks_without_a_tensor_in_common_have_no_distance() {
    let data = small::data();
    let (mut subjects, _) = subjects(&data);
    let architecture = Architecture::Mlp {
        hidden: vec![3],
        activation: Activation::Relu,
    };
    let graph = architecture.build(&data.shape, 10).unwrap();
    let other = Network::initialize(graph, 1, &Device::flex());
    let context = |subjects: &[Subject], check: &dyn Fn(&Context<'_>)| {
        check(&Context::new(
            subjects,
            &data,
            &FORGOTTEN,
            None,
            budget(),
            5,
        ));
    };
    subjects[2].model.network = other.clone();
    context(&subjects, &|context| {
        assert_eq!(audit("distance").obstacle(context), None);
        let finding = audit("distance").measure(context, &context.subjects[2]);
        assert!(finding.figures.is_empty() && finding.notes.len() == 1);
    });
    subjects[1].model.network = other.clone();
    context(&subjects, &|context| {
        let obstacle = audit("distance").obstacle(context);
        assert!(obstacle.unwrap().contains("none in common"));
    });
}

#[test]
fn of_an_ensemble_is_asked_what_needs_no_features_of_one_network() {
    let (data, recipe) = (small::data(), small::parameters());
    let (before, codes) = small::trained();
    let request = Request::new(&before, &["2", "7"]).unwrap();
    for (name, settings) in small::ENSEMBLES {
        let job = Job::new(&before, &codes, &request).unwrap();
        let job = job.with_images(&data.train, Augmentation::default());
        let job = job.unwrap().with_recipe(&recipe);
        let method = method(name, serde_json::from_str(settings).unwrap()).unwrap();
        let after = job.run(method.as_ref()).unwrap().model;
        let ordinary = subjects(&data).0;
        let mut subjects = ordinary.clone();
        subjects[1].model = after;
        let context = Context::new(&subjects, &data, &FORGOTTEN, Some(&codes), budget(), 5);
        let of_networks = Context::new(&ordinary, &data, &FORGOTTEN, Some(&codes), budget(), 5);
        let mut without = Vec::new();
        for audit in AUDITS {
            if audit.obstacle(&of_networks).is_some() {
                continue;
            }
            if audit.obstacle(&context).is_some() {
                without.push(audit.name());
                continue;
            }
            for finding in measure(*audit, &context) {
                for figure in finding.figures {
                    assert!(figure.estimate.value.is_finite(), "{name}: {}", figure.key);
                }
            }
        }
        let of_features = ["probe", "neighbours", "prototype", "alignment", "distance"];
        assert_eq!(
            without.iter().collect::<BTreeSet<_>>(),
            of_features.iter().collect(),
            "{name}"
        );
    }
}

#[test]
fn audits_say_what_they_need() {
    let data = small::data();
    let (subjects, _) = subjects(&data);
    let context = Context::new(&subjects[..2], &data, &FORGOTTEN, None, budget(), 5);
    let obstacles = AUDITS
        .iter()
        .filter(|audit| audit.obstacle(&context).is_some());
    let names: Vec<&str> = obstacles.map(|audit| audit.name()).collect();
    assert_eq!(
        names,
        [
            "code-replay",
            "alignment",
            "ulira",
            "klom",
            "unused",
            "code",
            "trigger"
        ]
    );
}

#[test]
fn attacks_from_many_models_find_what_only_hides_and_nothing_in_the_retrained() {
    let data = small::data();
    let (subjects, _) = subjects(&data);
    let peers = peers(&data, &subjects);
    let context = Context::new(&subjects, &data, &FORGOTTEN, None, budget(), 5).with_peers(&peers);
    for (name, key, retrained) in [
        ("ulira", "ulira.auc", 0.3..0.7),
        ("klom", "klom.median", 0.0..1.0),
    ] {
        let audit = AUDITS.iter().find(|audit| audit.name() == name).unwrap();
        let findings = measure(*audit, &context);
        let own = findings[2].measured(key).unwrap();
        let value = own.figure.estimate.value;
        assert!(retrained.contains(&value), "{own:?}");
        for finding in &findings[..2] {
            let measured = finding.measured(key).unwrap();
            let comparison = Comparison::new(measured, &[own]);
            let verdict = comparison.verdict;
            assert_eq!(verdict, Verdict::ToldApart, "{measured:?} {own:?}");
        }
        // One model fewer is not enough.
        let fewer = peers[1..].to_vec();
        let context = Context::new(&subjects, &data, &FORGOTTEN, None, budget(), 5);
        let reason = audit.obstacle(&context.with_peers(&fewer)).unwrap();
        assert!(reason.contains("at least 4 before, 4 after and 8 retrained"));
        // Nor are images of the forgotten classes alone.
        let alone = Dataset {
            train: data.train.of_classes(&FORGOTTEN),
            ..data.clone()
        };
        let context = Context::new(&subjects, &alone, &FORGOTTEN, None, budget(), 5);
        let reason = audit.obstacle(&context.with_peers(&peers)).unwrap();
        assert!(reason.contains("training images"), "{reason}");
    }
}
