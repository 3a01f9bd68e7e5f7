//! Forgetting by giving a class the unit of one that was never seen.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::never_seen;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::ClassifierUnit;
use crate::train::TrainError;
use crate::tune::positive;

/// Gives each forgotten class the row and bias of a unit that was trained beside the classes'
/// and never was a label, a *spare unit*: what a network trained without the class has
/// in its place.
///
/// The n-th class that a model forgets, over all requests, takes the n-th spare unit. Where there are none
/// left, or none were trained, a unit is made from the codes: what training would make of an
/// output that is never a label, if the codes were all its samples. Features stay as they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transplant {
    /// Where units come from.
    unit: Unit,
    /// Pulls the numbers of a made unit to 0, as in training.
    weight_decay: f64,
}

/// Where units come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unit {
    /// From the spare ones while there are any, then made.
    Auto,
    /// From the spare ones; where they run out, the request is refused.
    Spare,
    /// Made from the codes.
    Made,
}

impl Default for Transplant {
    fn default() -> Self {
        Self {
            unit: Unit::Auto,
            weight_decay: 5e-4,
        }
    }
}

impl Algorithm for Transplant {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "transplant",
        "give the classes the output unit of one that was never seen",
        "ours; see docs/depth.md",
        &[Need::Codes],
    );

    fn check(&self) -> Result<(), TrainError> {
        positive("weight_decay", self.weight_decay)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let method = Self::ENTRY.name;
        if context.model.network.graph().classifier().is_empty() {
            return Err(ForgetError::no_classifier(method));
        }
        let spare = self.spare(context)?;
        let request = context.request.forgotten();
        let mut units: Vec<ClassifierUnit> = spare.iter().take(request.len()).cloned().collect();
        let from_spare = units.len();
        if from_spare < request.len() {
            let made = never_seen(context, method, self.weight_decay)?;
            units.resize(request.len(), made);
        }
        let mut network = context.model.network.clone();
        for (class, unit) in request.iter().zip(&units) {
            network.set_classifier_unit(*class, unit);
        }
        let mut forgotten = Forgotten::new(network, &context.work(0));
        let counts = [
            ("spare_units", from_spare),
            ("made_units", units.len() - from_spare),
        ];
        let counts = counts.map(|(name, count)| (name.to_owned(), json!(count)));
        forgotten.choices.extend(counts);
        Ok(forgotten)
    }
}

impl Transplant {
    /// The spare units that no class has taken yet, as far as they may be used.
    fn spare<'a>(&self, context: Context<'a>) -> Result<&'a [ClassifierUnit], ForgetError> {
        let method = Self::ENTRY.name;
        let spare = context.codes(method)?.spare_units();
        let taken = context.model.metadata.forgotten.len().min(spare.len());
        let (left, asked) = (&spare[taken..], context.request.forgotten().len());
        match self.unit {
            Unit::Auto => Ok(left),
            Unit::Made => Ok(&[]),
            Unit::Spare if left.len() >= asked => Ok(left),
            Unit::Spare => Err(ForgetError::Setting {
                method,
                reason: format!(
                    "unit: expected a spare unit for each of {asked} classes, found {} of {} left",
                    left.len(),
                    spare.len()
                ),
            }),
        }
    }
}
