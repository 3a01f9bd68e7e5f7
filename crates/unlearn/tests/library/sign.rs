//! The sign is the one that all codes would choose, though few of them are asked.

use serde_json::json;
use unlearn::code::Codebook;
use unlearn::fisher::fisher_batched;
use unlearn::forget::{Candidate, CodeMeasures, Job, Perturbation, Request, Scope, Sign, method};
use unlearn::network::{CrossEntropy, Network};

use super::small;

/// What all codes say of a network moved one way.
fn candidate(network: &Network, codes: &Codebook, request: &Request, sign: Sign) -> Candidate {
    let [forgotten, kept] = [request.forgotten(), request.kept()].map(|classes| {
        let loss = CrossEntropy::new(&codes.ask(network, classes), classes, 0.0);
        let right = loss.predictions.iter().zip(classes);
        let right = right.filter(|(answer, class)| answer == class).count();
        (loss.mean(), 100.0 * right as f64 / classes.len() as f64)
    });
    let measures = CodeMeasures {
        forgotten_error_percent: 100.0 - forgotten.1,
        kept_accuracy_percent: kept.1,
        forgotten_loss: forgotten.0,
        kept_loss: kept.0,
    };
    Candidate { sign, measures }
}

#[test]
fn few_codes_choose_as_all_do() {
    let (model, codes) = small::trained();
    let (network, device) = (&model.network, model.network.device());
    let mut chosen = Vec::new();
    let names = model.metadata.classes.names();
    for forgotten in [&names[..1], &names[4..5], &names[2..4], &names[5..9]] {
        let request = Request::new(&model, forgotten).unwrap();
        let [f, k] = [request.forgotten(), request.kept()]
            .map(|classes| fisher_batched(network, &codes.batch(classes, device), classes));
        for lambda2 in [1e-4, 0.01, 0.1, 0.5, 2.0, 20.0] {
            let lambdas = [f64::MAX, lambda2];
            let moves = Perturbation::new(network, [&f, &k], Scope::All, request.forgotten());
            let [minus, plus] = [Sign::Minus, Sign::Plus].map(|sign| {
                let moved = moves.apply(network, lambdas, sign);
                candidate(&moved, &codes, &request, sign)
            });
            let expected = if minus.beats(&plus) { minus } else { plus };
            let settings = json!({"lambda1": f64::MAX, "lambda2": lambda2});
            let serde_json::Value::Object(settings) = settings else {
                unreachable!("an object")
            };
            let job = Job::new(&model, &codes, &request).unwrap();
            let outcome = job.run(method("mnemonic", settings).unwrap().as_ref());
            let sign = outcome.unwrap().steps[0].sign;
            assert_eq!(sign, expected.sign, "{forgotten:?} {lambda2}");
            chosen.push(sign);
        }
    }
    assert!(
        chosen.contains(&Sign::Minus) && chosen.contains(&Sign::Plus),
        "{chosen:?}"
    );
}
