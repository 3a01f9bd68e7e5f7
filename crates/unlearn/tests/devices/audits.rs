//! Audits of models on a device.

use unlearn::audit::{AUDITS, Budget, Context, Role, Subject, bias_control};
use unlearn::network::{Device, DeviceName};

use super::forgetting::{model, trained};
use super::present::devices;
use super::training::data;

const FORGOTTEN: [usize; 1] = [3];

/// Every audit of the trained model and its bias shift: names of figures with their values.
fn figures(device: &Device) -> Vec<(String, Option<f64>)> {
    let (data, codes) = (data(), &trained().1);
    let before = model(device);
    let control = bias_control(&before, &data.train, &FORGOTTEN).unwrap();
    let subject = |role: Role, model| Subject {
        role,
        name: role.title().to_owned(),
        model,
    };
    let subjects = [
        subject(Role::Before, before),
        subject(Role::After, control.model),
    ];
    let context = Context::new(
        &subjects,
        &data,
        &FORGOTTEN,
        Some(codes),
        Budget::glance(),
        1,
    );
    let possible = AUDITS
        .iter()
        .filter(|audit| audit.obstacle(&context).is_none());
    let mut found = Vec::new();
    for audit in possible {
        let findings = subjects
            .iter()
            .map(|subject| audit.measure(&context, subject));
        let mut findings: Vec<_> = findings.collect();
        audit.compare(&context, &mut findings);
        let figures = findings.into_iter().flat_map(|finding| finding.figures);
        found.extend(figures.map(|figure| {
            // What trains grows apart from the last digits on.
            let is_stable = figure.key.starts_with("answers") || figure.key.starts_with("landing");
            let value = figure.estimate.value;
            assert!(value.is_finite(), "{}: {value}", figure.key);
            (figure.key, is_stable.then_some(value))
        }));
    }
    found
}

/// The same figures as in main memory; those in which nothing is trained have the same values.
#[test]
fn audits_ask_on_every_device() {
    let expected = figures(&DeviceName::Flex.open().unwrap());
    assert!(expected.iter().any(|(_, value)| value.is_some()));
    for present in devices() {
        assert_eq!(figures(&present.device), expected, "{}", present.name);
    }
}
