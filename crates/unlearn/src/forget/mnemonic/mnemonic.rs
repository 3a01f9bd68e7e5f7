//! Forgetting with mnemonic codes: the strength is found by the codes or given.

use serde::{Deserialize, Serialize};

use super::{Scope, automatic, one_shot};
use crate::forget::{Context, ForgetError, Forgotten, Method};

/// The settings of [`Mnemonic`], as people type them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MnemonicSettings {
    /// Bounds the factor alpha of tensors in which nothing is specific to the
    /// forgotten classes. With this or lambda2 the strength is manual.
    pub lambda1: Option<f64>,
    /// The largest move of any parameter, in the parameter's own unit.
    pub lambda2: Option<f64>,
    /// The part of the network that may move; by default the classes' own
    /// outputs where the strength is automatic, else all of it.
    pub scope: Option<Scope>,
}

/// How strongly to move.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strength {
    /// Class after class, as strongly as the codes ask for.
    Automatic,
    /// All classes at once with this lambda1 and lambda2.
    Manual([f64; 2]),
}

/// The paper's pair for MNIST, which stands in for the one that is not given.
const PAPER: [f64; 2] = [1e-3, 10.0];

/// The paper's method: with f_F and f_R the Fisher diagonals of the forgotten
/// and of the kept classes' codes, parameters move by `alpha_l * f_F / f_R`.
///
/// With a lambda given it is the paper's Algorithm 2: one move for all classes.
/// Without, the strength is found by the codes, class after class.
#[derive(Clone, Copy, Debug)]
pub struct Mnemonic {
    strength: Strength,
    scope: Scope,
}

impl Mnemonic {
    /// The method with checked settings.
    ///
    /// # Errors
    /// If a lambda is not a positive, finite number.
    pub fn new(settings: MnemonicSettings) -> Result<Self, ForgetError> {
        let given = [settings.lambda1, settings.lambda2];
        for (name, lambda) in ["lambda1", "lambda2"].into_iter().zip(given) {
            if let Some(lambda) = lambda.filter(|lambda| !(lambda.is_finite() && *lambda > 0.0)) {
                return Err(ForgetError::Setting {
                    method: "mnemonic",
                    reason: format!("{name}: expected a positive number, found {lambda}"),
                });
            }
        }
        let (strength, scope) = match given {
            [None, None] => (Strength::Automatic, Scope::Output),
            [lambda1, lambda2] => {
                let lambdas = [lambda1.unwrap_or(PAPER[0]), lambda2.unwrap_or(PAPER[1])];
                (Strength::Manual(lambdas), Scope::All)
            }
        };
        Ok(Self {
            strength,
            scope: settings.scope.unwrap_or(scope),
        })
    }
}

impl Method for Mnemonic {
    fn name(&self) -> &'static str {
        "mnemonic"
    }

    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        Ok(match self.strength {
            Strength::Automatic => automatic(context, self.scope),
            Strength::Manual(lambdas) => one_shot(context, lambdas, self.scope),
        })
    }
}
