//! All that is known of a model and its codes before a request.

use unlearn_data::Digest;

use super::{EnrolError, Features, PartialEnrolment, Shard, Totals};
use crate::checkpoint::Model;
use crate::code::Codebook;

/// The codes' features and the sums of their squared gradients, bound to one model.
///
/// A request to forget one of n classes then takes one backward pass instead of n,
/// or none where only the classifier layer moves. Whoever has it can learn
/// of the codes: keep it as secret as these.
#[derive(Debug)]
pub struct Enrolment {
    pub(super) model: Digest,
    pub(super) codes: Digest,
    /// What the classifier layer sees of the codes; none where the network has no such layer of
    /// its own.
    pub(super) features: Option<Features>,
    /// Sums over the codes of all classes that the model knows; none after a
    /// request that did not need them.
    pub(super) totals: Option<Totals>,
}

impl Enrolment {
    /// Enrols all classes of a model: one forward and one backward pass each,
    /// and a few forward passes for blends; `progress` is told how many classes are done.
    ///
    /// # Errors
    /// As [`PartialEnrolment::new`].
    pub fn new(
        model: &Model,
        codes: &Codebook,
        progress: impl FnMut(usize),
    ) -> Result<Self, EnrolError> {
        PartialEnrolment::new(model, codes, Shard::WHOLE, progress)?.finish(model)
    }

    /// The enrolment of a model that differs from this one's in the classifier layer
    /// alone: features stay, totals do not. None where it differs elsewhere too, where
    /// this is not the enrolment of `before`, or there are no features.
    pub fn carried_over(&self, before: &Model, after: &Model) -> Option<Self> {
        let classifier = after.network.graph().classifier();
        let pairs = before
            .network
            .parameters()
            .iter()
            .zip(after.network.parameters());
        let mut outside = pairs
            .enumerate()
            .filter(|(index, _)| !classifier.contains(index));
        let is_same = outside.all(|(_, (before, after))| before.value.has_numbers_of(&after.value));
        let is_carried = is_same && self.model == before.digest();
        let features = self.features.as_ref().filter(|_| is_carried)?;
        Some(Self {
            model: after.digest(),
            codes: self.codes,
            features: Some(features.clone()),
            totals: None,
        })
    }

    /// Refuses an enrolment of another model or other codes.
    ///
    /// # Errors
    /// If it is one.
    pub fn check(&self, model: &Model, codes: &Codebook) -> Result<(), EnrolError> {
        if self.model != model.digest() {
            return Err(EnrolError::Stale {
                expected: model.digest(),
                found: self.model,
            });
        }
        if self.codes != codes.digest() {
            return Err(EnrolError::OtherCodes {
                expected: codes.digest(),
                found: self.codes,
            });
        }
        Ok(())
    }

    /// Digest of the model that it is bound to.
    pub fn model_digest(&self) -> Digest {
        self.model
    }

    /// What the classifier layer sees of the codes.
    pub fn features(&self) -> Option<&Features> {
        self.features.as_ref()
    }

    /// The sums of squared gradients.
    pub fn totals(&self) -> Option<&Totals> {
        self.totals.as_ref()
    }
}
