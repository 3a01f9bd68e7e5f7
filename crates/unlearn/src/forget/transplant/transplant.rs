//! Forgetting by giving a class the unit of one that was never seen.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Moved, Way, never_seen};
use crate::forget::{
    Algorithm, CatalogEntry, Context, ForgetError, Forgotten, MAX_KEPT_LOSS, Need,
};
use crate::means::{SPREAD, Shift};
use crate::network::{ClassifierUnit, Network};
use crate::train::TrainError;
use crate::tune::{not_negative, part_or_none, positive};

/// Gives each forgotten class the row and bias of a unit that was trained beside the classes'
/// and never was a label, a *spare unit*: what a network trained without the class has
/// in its place.
///
/// The n-th class that a model forgets, over all requests, takes the n-th spare unit. Where there are none
/// left, or none were trained, a unit is made from the codes: what training would make of an
/// output that is never a label, if the codes were all its samples.
///
/// Where class means are kept with the codes ([`crate::means::ClassMeans`]), the features of the forgotten classes move, too: what of their mean no kept
/// class's row reads goes, and their images are drawn apart in what is read, as in a network that never saw them. For that the weight of the layer
/// that makes the features changes by a matrix of low rank; whoever looks inside finds the class there hardly more than in a network
/// trained without it (docs/depth.md). They go
/// less far where that would have cost the others answers when training ended (their reach), or
/// where the loss on the kept codes would rise by more than is allowed. And the kept classes' biases become those that fit the training images best: training
/// ends beside them, which on MNIST decides where the forgotten class's images land. Without class means features and kept biases stay as they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transplant {
    /// Where units come from.
    unit: Unit,
    /// Pulls the numbers of a made unit to 0, as in training.
    weight_decay: f64,
    /// Which part of the way the features of a forgotten class go, in
    /// [0, 1]; 0: features stay as they are, and kept biases too.
    shift: f64,
    /// By which part of what tells them from each other the images of a forgotten class are drawn apart.
    spread: f64,
    /// Whether they go no further than the classes' reach ([`crate::means::ClassMeans::reach`]).
    within_reach: bool,
    /// Whether kept classes get the biases that fitted the training images best ([`crate::means::ClassMeans::bias`]).
    balance: bool,
    /// By how much the mean loss on the kept codes may rise for the rows and the features, in nats, where the request
    /// states no limit: features go only as far. A request's limit holds for the biases as well, which then stay
    /// where features would go less far for them.
    max_kept_loss: f64,
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
            shift: 1.0,
            spread: SPREAD,
            within_reach: true,
            balance: true,
            max_kept_loss: MAX_KEPT_LOSS,
        }
    }
}

impl Algorithm for Transplant {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "transplant",
        "give the classes the output unit of one that was never seen, and take from their features what no kept unit reads",
        "ours; see docs/depth.md",
        &[Need::Codes],
    );

    fn check(&self) -> Result<(), TrainError> {
        positive("weight_decay", self.weight_decay)?;
        part_or_none("shift", self.shift)?;
        not_negative("spread", self.spread)?;
        not_negative("max_kept_loss", self.max_kept_loss)
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
        let moved = self.moved(context, network)?;
        let mut forgotten = Forgotten {
            answers: moved.answers,
            ..Forgotten::new(moved.network, &context.work(0))
        };
        let counts = [
            ("spare_units", from_spare),
            ("made_units", units.len() - from_spare),
        ];
        let counts = counts.map(|(name, count)| (name.to_owned(), json!(count)));
        forgotten.choices.extend(counts);
        // Told in thousandths: a reach is an estimate.
        let part = (1e3 * moved.part).round() / 1e3;
        forgotten.choices.insert("shift".to_owned(), json!(part));
        let is_balanced = json!(moved.is_balanced);
        forgotten.choices.insert("balance".to_owned(), is_balanced);
        Ok(forgotten)
    }
}

impl Transplant {
    /// The network with its features moved as far as asked, or as reaches and the kept codes' loss allow.
    fn moved(&self, context: Context<'_>, network: Network) -> Result<Moved, ForgetError> {
        let (codes, request) = (context.codes(Self::ENTRY.name)?, context.request);
        let (forgotten, kept) = (request.forgotten(), request.kept());
        let means = codes.class_means().filter(|_| self.shift > 0.0);
        let shift = means.map(|means| {
            let shift = Shift::new(&network, means, forgotten, kept, self.spread);
            (means, shift)
        });
        let Some((means, Some(shift))) = shift else {
            return Ok(Moved::not(network));
        };
        let end = match self.within_reach {
            true => self.shift.min(means.reach(forgotten)),
            false => self.shift,
        };
        let way = Way::new(&context.model.network, codes, request, shift, end);
        let most_rise = context.max_kept_loss.unwrap_or(self.max_kept_loss);
        let for_features = most_rise + way.slack(&network);
        if !self.balance {
            return Ok(way.furthest(network, for_features));
        }
        let balanced = means.balanced(&network, kept);
        let for_both = most_rise + way.slack(&balanced);
        // The images that biases fit know better than the codes, unless the request says what these may lose in all.
        let is_charged = context.max_kept_loss.is_some();
        let most_rise = if is_charged { for_both } else { for_features };
        let balanced = Moved {
            is_balanced: true,
            ..way.furthest(balanced, most_rise)
        };
        if !is_charged || balanced.part == end {
            return Ok(balanced);
        }
        let unbalanced = way.furthest(network, for_features);
        match balanced.part > 0.0 && balanced.part >= unbalanced.part {
            true => Ok(balanced),
            false => Ok(unbalanced),
        }
    }

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
