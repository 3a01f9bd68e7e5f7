//! The mnemonic perturbation in wrong places: a control.

use serde::{Deserialize, Serialize};
use serde_json::json;
use unlearn_data::stream;

use super::{Part, Scope, move_the_better_way};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::train::TrainError;
use crate::tune::demand;

/// Moves parameters as far as the paper's Algorithm 2 does ([`super::Mnemonic`] with
/// these lambdas), but shuffled within each tensor's part in scope: the magnitudes are
/// the same, and which parameter has which is left to chance.
///
/// What this reaches, the ratio of importances did not. The sign is chosen by the codes
/// as there. Costs one backward pass per class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PermutedEta {
    /// Bounds the factor alpha of tensors in which nothing is specific to the
    /// forgotten classes.
    lambda1: f64,
    /// The largest move of any parameter, in the parameter's own unit.
    lambda2: f64,
    /// The part of the network that may move.
    scope: Scope,
}

impl Default for PermutedEta {
    /// The paper's pair for MNIST.
    fn default() -> Self {
        Self {
            lambda1: 1e-3,
            lambda2: 10.0,
            scope: Scope::All,
        }
    }
}

impl Algorithm for PermutedEta {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "permuted-eta",
        "a control: the mnemonic perturbation, shuffled within each tensor",
        "a control of ours",
        &[Need::Codes],
    );

    fn check(&self) -> Result<(), TrainError> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        for (name, number) in [("lambda1", self.lambda1), ("lambda2", self.lambda2)] {
            demand(name, positive(number), "a positive number", number)?;
        }
        Ok(())
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, kept) = (context.request.forgotten(), context.request.kept());
        let mut classes = [forgotten, kept].concat();
        classes.sort_unstable();
        let mut part = Part::new(context, self.scope, &classes)?;
        let perturbation = part.perturbation(self.scope, [forgotten, kept]);
        let mut random = stream(context.seed, "permuted-eta");
        let perturbation = perturbation.permuted(&part.network, self.scope, forgotten, &mut random);
        let lambdas = [self.lambda1, self.lambda2];
        let (sign, moved) = move_the_better_way(&part, perturbation, lambdas, [forgotten, kept]);
        part.network = moved;
        let mut work = context.work(0);
        work.count(forgotten.len() + kept.len());
        let network = part.put_into(&context.model.network);
        let mut made = Forgotten::new(network, &work);
        made.choices.insert("sign".into(), json!(sign));
        Ok(made)
    }
}
