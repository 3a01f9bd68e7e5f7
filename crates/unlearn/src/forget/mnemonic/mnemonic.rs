//! Forgetting with mnemonic codes: the strength is found by the codes or given.

use serde::{Deserialize, Serialize};

use super::{Aim, Scope, automatic, one_shot};
use crate::forget::settings::{chosen, settings};
use crate::forget::{CatalogEntry, Context, ForgetError, Forgotten, Method, Need};

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
    /// The loss to which a forgotten code is brought where the strength is
    /// automatic, in nats; by default 15 or more, by how surely codes are known.
    pub goal: Option<f64>,
}

/// How strongly to move.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strength {
    /// Class after class, as strongly as the codes ask for, or up to a goal.
    Automatic(Option<f64>),
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
    /// What the catalog says of it.
    pub(crate) const ENTRY: CatalogEntry = CatalogEntry {
        name: "mnemonic",
        summary: "perturb what matters to the forgotten classes' codes and not to the kept ones'",
        source: "Yamashita, Yamada, Shibata, ACML 2024, Algorithm 2",
        needs: &[Need::Codes],
        defaults: || chosen(&MnemonicSettings::default()),
        build: |given| Ok(Box::new(Self::new(settings("mnemonic", given)?)?)),
    };

    /// The method with checked settings.
    ///
    /// # Errors
    /// If a lambda or the goal is not a positive, finite number, or both are
    /// given: a strength given has no goal.
    pub fn new(settings: MnemonicSettings) -> Result<Self, ForgetError> {
        let refuse = |reason| {
            Err(ForgetError::Setting {
                method: "mnemonic",
                reason,
            })
        };
        let given = [settings.lambda1, settings.lambda2];
        let numbers = [given[0], given[1], settings.goal];
        for (name, number) in ["lambda1", "lambda2", "goal"].into_iter().zip(numbers) {
            if let Some(number) = number.filter(|number| !(number.is_finite() && *number > 0.0)) {
                return refuse(format!(
                    "{name}: expected a positive number, found {number}"
                ));
            }
        }
        if settings.goal.is_some() && given != [None, None] {
            return refuse("goal: expected no lambda1 or lambda2 beside it, found one".into());
        }
        let (strength, scope) = match given {
            [None, None] => (Strength::Automatic(settings.goal), Scope::Output),
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
    fn entry(&self) -> CatalogEntry {
        Self::ENTRY
    }

    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let scope = self.scope;
        match self.strength {
            Strength::Automatic(goal) => {
                let curve = context.curve;
                automatic(context, Aim { scope, goal, curve })
            }
            Strength::Manual(lambdas) => one_shot(context, lambdas, scope),
        }
    }
}
