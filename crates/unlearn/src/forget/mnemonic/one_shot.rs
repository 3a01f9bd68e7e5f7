//! One move for all classes of a request, at a given strength (Yamashita,
//! Yamada, Shibata, ACML 2024, Algorithm 2).

use std::time::Instant;

use serde_json::{Map, json};

use super::{Part, Perturbation, Scope, changed_percent, choose_sign, perturbation_from_totals};
use crate::enrol::Enrolment;
use crate::forget::{Context, ForgetError, Forgotten, Step};

/// Moves every parameter by `alpha_l * f_F / f_R`, up or down, whichever the
/// codes prefer.
///
/// Where the model is enrolled, f_R follows from stored sums: one backward pass per
/// forgotten class instead of one per class, unless these leave too little of a sum.
pub fn one_shot(
    context: Context<'_>,
    lambdas: [f64; 2],
    scope: Scope,
) -> Result<Forgotten, ForgetError> {
    let (network, request) = (&context.model.network, context.request);
    let (forgotten, kept) = (request.forgotten(), request.kept());
    let mut classes = [forgotten, kept, request.gone()].concat();
    classes.sort_unstable();
    let mut part = Part::new(context, scope, &classes)?;
    let totals = context.enrolment.and_then(Enrolment::totals);
    let (from_totals, mut backward_passes) = match totals.filter(|_| !scope.is_in_classifier()) {
        Some(totals) => {
            let codes = context.codes("mnemonic")?;
            let found = perturbation_from_totals(network, codes, request, totals, scope)?;
            (found, forgotten.len())
        }
        None => (None, 0),
    };
    let perturbation = match from_totals {
        Some(perturbation) => perturbation,
        None => {
            let (of_forgotten, of_kept) = (part.fisher(forgotten), part.fisher(kept));
            let fishers = [&of_forgotten, &of_kept];
            backward_passes += of_forgotten.backward_passes() + of_kept.backward_passes();
            Perturbation::new(&part.network, fishers, scope, forgotten)
        }
    };
    let sign = choose_sign(&part, &perturbation, lambdas, [forgotten, kept]);
    let moved = perturbation.into_network(&part.network, lambdas, sign);
    let start = Instant::now();
    let [lambda1, lambda2] = lambdas;
    let answers = [&part.network, &moved].map(|net| part.blend_answers(net, kept));
    let step = Step {
        classes: forgotten.to_vec(),
        scope,
        sign,
        lambda1,
        lambda2,
        reached: None,
        before: part.measures(&part.network, forgotten, kept),
        after: part.measures(&moved, forgotten, kept),
        kept_blends_changed_percent: changed_percent(&answers[0], &answers[1]),
        curve: Vec::new(),
    };
    let measuring = start.elapsed();
    part.network = moved;
    let choices = [("strength", json!("manual")), ("scope", json!(scope))];
    Ok(Forgotten {
        network: part.put_into(network),
        measuring,
        backward_passes,
        choices: Map::from_iter(choices.map(|(name, choice)| (name.to_owned(), choice))),
        steps: vec![step],
    })
}
