//! One-shot forgetting with mnemonic codes (Yamashita, Yamada, Shibata, ACML
//! 2024, Algorithm 2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{
    Candidate, CodeMeasures, Context, ForgetError, Forgotten, Method, Perturbation, Scope, Sign,
};
use crate::fisher::fisher_batched;

/// The settings of [`Mnemonic`], as people type them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MnemonicSettings {
    /// Bounds the factor alpha of tensors in which nothing is specific to the
    /// forgotten classes.
    pub lambda1: f64,
    /// The largest move of any parameter, in the parameter's own unit.
    pub lambda2: f64,
    /// The part of the network that may move.
    pub scope: Scope,
}

impl Default for MnemonicSettings {
    /// The paper's pair for MNIST.
    fn default() -> Self {
        Self {
            lambda1: 1e-3,
            lambda2: 10.0,
            scope: Scope::All,
        }
    }
}

/// The paper's method: with f_F and f_R the Fisher diagonals of the forgotten
/// and of the kept classes' codes, every parameter moves by `alpha_l * f_F / f_R`,
/// up or down, whichever the codes prefer.
#[derive(Clone, Copy, Debug)]
pub struct Mnemonic {
    settings: MnemonicSettings,
}

impl Mnemonic {
    /// The method with checked settings.
    ///
    /// # Errors
    /// If a lambda is not a positive, finite number.
    pub fn new(settings: MnemonicSettings) -> Result<Self, ForgetError> {
        for (name, lambda) in [("lambda1", settings.lambda1), ("lambda2", settings.lambda2)] {
            if !(lambda.is_finite() && lambda > 0.0) {
                return Err(ForgetError::Setting {
                    method: "mnemonic",
                    reason: format!("{name}: expected a positive number, found {lambda}"),
                });
            }
        }
        Ok(Self { settings })
    }
}

impl Method for Mnemonic {
    fn name(&self) -> &'static str {
        "mnemonic"
    }

    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let Context {
            model,
            codes,
            request,
        } = context;
        let network = &model.network;
        let MnemonicSettings {
            lambda1,
            lambda2,
            scope,
        } = self.settings;
        let fisher =
            |classes| fisher_batched(network, &codes.batch(classes, network.device()), classes);
        let forgotten = fisher(request.forgotten());
        let kept = fisher(request.kept());
        let step = Perturbation::new(network, [&forgotten, &kept], [lambda1, lambda2], scope);
        let candidate = |sign: Sign| {
            let network = step.apply(network, sign.factor());
            let measures = CodeMeasures::new(&network, codes, request);
            Candidate {
                sign,
                network,
                measures,
            }
        };
        let (minus, plus) = (candidate(Sign::Minus), candidate(Sign::Plus));
        let chosen = if minus.beats(&plus) { minus } else { plus };
        let choices = Map::from_iter([
            ("sign".into(), json!(chosen.sign)),
            ("lambda1".into(), json!(lambda1)),
            ("lambda2".into(), json!(lambda2)),
            ("scope".into(), json!(scope)),
        ]);
        Ok(Forgotten {
            network: chosen.network,
            backward_passes: forgotten.backward_passes() + kept.backward_passes(),
            choices,
        })
    }
}
