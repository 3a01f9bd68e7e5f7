//! One move for all classes of a request, at a given strength (Yamashita,
//! Yamada, Shibata, ACML 2024, Algorithm 2).

use serde_json::{Map, json};

use super::{Candidate, Part, Perturbation, Scope, Sign, changed_percent};
use crate::forget::{Context, Forgotten, Step};

/// Moves every parameter by `alpha_l * f_F / f_R`, up or down, whichever the
/// codes prefer.
pub fn one_shot(context: Context<'_>, lambdas: [f64; 2], scope: Scope) -> Forgotten {
    let (network, request) = (&context.model.network, context.request);
    let (forgotten, kept) = (request.forgotten(), request.kept());
    let mut classes = [forgotten, kept].concat();
    classes.sort_unstable();
    let mut part = Part::new(network, context.codes, scope, classes);
    let (of_forgotten, of_kept) = (part.fisher(forgotten), part.fisher(kept));
    let fishers = [&of_forgotten, &of_kept];
    let perturbation = Perturbation::new(&part.network, fishers, scope, forgotten);
    let candidate = |sign: Sign| {
        let network = perturbation.apply(&part.network, lambdas, sign);
        let measures = part.measures(&network, forgotten, kept);
        Candidate {
            sign,
            network,
            measures,
        }
    };
    let (minus, plus) = (candidate(Sign::Minus), candidate(Sign::Plus));
    let chosen = if minus.beats(&plus) { minus } else { plus };
    let answers = [&part.network, &chosen.network].map(|net| part.blend_answers(net, kept));
    let [lambda1, lambda2] = lambdas;
    let step = Step {
        classes: forgotten.to_vec(),
        scope,
        sign: chosen.sign,
        lambda1,
        lambda2,
        reached: None,
        before: part.measures(&part.network, forgotten, kept),
        after: chosen.measures,
        kept_blends_changed_percent: changed_percent(&answers[0], &answers[1]),
        curve: Vec::new(),
    };
    part.network = chosen.network;
    let choices = [("strength", json!("manual")), ("scope", json!(scope))];
    Forgotten {
        network: part.put_into(network),
        backward_passes: of_forgotten.backward_passes() + of_kept.backward_passes(),
        choices: Map::from_iter(choices.map(|(name, choice)| (name.to_owned(), choice))),
        steps: vec![step],
    }
}
