//! One move for all classes of a request, at a given strength (Yamashita,
//! Yamada, Shibata, ACML 2024, Algorithm 2).

use std::time::Instant;

use serde_json::{Map, json};

use super::{Part, Scope, changed_percent, move_the_better_way, perturbation_from_totals};
use crate::enrol::Enrolment;
use crate::forget::{CodeAnswers, Context, ForgetError, Forgotten, Step};

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
    let mut part = Part::new(context, scope, &request.classes())?;
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
            backward_passes += forgotten.len() + kept.len();
            part.perturbation(scope, [forgotten, kept])
        }
    };
    let classes = [forgotten, kept];
    let (sign, moved) = move_the_better_way(&part, perturbation, lambdas, classes);
    let start = Instant::now();
    let before = answers_before(context, &part);
    let after = part.answers(&moved);
    // Blends cost more than all the rest where they go through the whole network.
    let is_asked = context.curve || scope.is_in_classifier();
    let blends_changed = is_asked.then(|| {
        let answers = [&part.network, &moved].map(|network| part.blend_answers(network, kept));
        changed_percent(&answers[0], &answers[1])
    });
    let [lambda1, lambda2] = lambdas;
    let step = Step {
        classes: forgotten.to_vec(),
        scope,
        sign,
        lambda1,
        lambda2,
        reached: None,
        before: before.measures(request),
        after: after.measures(request),
        kept_blends_changed_percent: blends_changed,
        curve: Vec::new(),
    };
    let measuring = start.elapsed();
    part.network = moved;
    let choices = [("strength", json!("manual")), ("scope", json!(scope))];
    Ok(Forgotten {
        network: part.put_into(network),
        architecture: None,
        is_drawn_anew: false,
        answers: Some([before, after]),
        measuring,
        backward_passes,
        choices: Map::from_iter(choices.map(|(name, choice)| (name.to_owned(), choice))),
        steps: vec![step],
    })
}

/// What the network as it is answers to the codes: from their features, where these are known.
fn answers_before(context: Context<'_>, part: &Part) -> CodeAnswers {
    let classes = context.request.classes();
    let network = &context.model.network;
    let features = context.enrolment.and_then(Enrolment::features);
    let features = features.filter(|known| known.classes().eq(classes.iter().copied()));
    match (features, network.split()) {
        (Some(features), Some([_, head])) => {
            let logits = head.forward(features.codes(network.device()));
            CodeAnswers::new(classes, logits)
        }
        _ => part.answers(&part.network),
    }
}
