//! An enrolment of some of a model's classes.

use unlearn_data::Digest;

use super::tensor_sum::TensorSum;
use super::{EnrolError, Enrolment, Features, Shard, Totals};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::fisher::visit_code_squares;

/// The most classes of a model: their indices are stored in 16 bits, the last one free.
const MOST_CLASSES: usize = u16::MAX as usize;

/// What a share of the classes adds to an enrolment.
///
/// All shares joined, in any order, make what a single run makes.
#[derive(Debug)]
pub struct PartialEnrolment {
    pub(super) model: Digest,
    pub(super) codes: Digest,
    /// The planted classes that were seen, ascending.
    pub(super) seen: Vec<usize>,
    pub(super) features: Option<Features>,
    /// Per parameter of the network; none for buffers.
    pub(super) sums: Vec<Option<TensorSum>>,
}

impl PartialEnrolment {
    /// Enrols the share's classes: one forward and one backward pass each;
    /// `progress` is told how many are done.
    ///
    /// # Errors
    /// If the codes do not fit the model, it has no class whose code was planted, or too
    /// many classes, planted or not.
    pub fn new(
        model: &Model,
        codes: &Codebook,
        shard: Shard,
        mut progress: impl FnMut(usize),
    ) -> Result<Self, EnrolError> {
        codes.check_fit(model)?;
        let (network, planted) = (&model.network, model.metadata.planted());
        if model.metadata.known().is_empty() {
            return Err(EnrolError::NoClasses);
        }
        // Indices count, not how many were planted: a class is known by its place among all.
        let classes = network.class_count();
        if classes > MOST_CLASSES {
            return Err(EnrolError::TooManyClasses {
                most: MOST_CLASSES,
                found: classes,
            });
        }
        let seen = shard.of(&planted);
        let mut sums: Vec<Option<TensorSum>> = network
            .parameters()
            .iter()
            .map(|parameter| {
                let is_trained = parameter.role.is_trained();
                is_trained.then(|| TensorSum::new(parameter.value.element_count()))
            })
            .collect();
        let mut add = |class: usize| {
            visit_code_squares(network, codes, class, |parameter, squares, exponent| {
                if let Some(sum) = &mut sums[parameter] {
                    squares.read(|squares| sum.add(class as u16, squares, exponent));
                }
            });
        };
        let mut done = 0;
        let mut visit = |class: usize| {
            if !model.metadata.is_forgotten(class) {
                add(class);
            }
            done += 1;
            progress(done);
        };
        let features = network.split().map(|[body, _]| {
            let device = network.device();
            Features::of_some(Some(&body), codes, [&planted, &seen], device, &mut visit)
        });
        if features.is_none() {
            seen.iter().for_each(|class| visit(*class));
        }
        Ok(Self {
            model: model.digest(),
            codes: codes.digest(),
            seen,
            features,
            sums,
        })
    }

    /// Adds another part of the same enrolment.
    ///
    /// # Errors
    /// If it is of another model or other codes, or has a class that was seen already.
    pub fn join(&mut self, other: Self) -> Result<(), EnrolError> {
        let parts = |expected: String, found: String| EnrolError::Parts { expected, found };
        if other.model != self.model || other.codes != self.codes {
            return Err(parts(
                format!("all of model {} and codes {}", self.model, self.codes),
                format!("one of {} and {}", other.model, other.codes),
            ));
        }
        if let Some(class) = other.seen.iter().find(|class| self.seen.contains(class)) {
            return Err(parts(
                "every class in one of them".into(),
                format!("class {class} in two"),
            ));
        }
        self.seen.extend(other.seen);
        self.seen.sort_unstable();
        if let (Some(features), Some(others)) = (&mut self.features, other.features) {
            features.join(others);
        }
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            if let (Some(sum), Some(other)) = (sum, other) {
                sum.join(other);
            }
        }
        Ok(())
    }

    /// The enrolment of a model, once all its classes were seen.
    ///
    /// # Errors
    /// If a class is missing, or the parts are those of another model.
    pub fn finish(self, model: &Model) -> Result<Enrolment, EnrolError> {
        if self.model != model.digest() {
            return Err(EnrolError::Stale {
                expected: model.digest(),
                found: self.model,
            });
        }
        let planted = model.metadata.planted();
        if let Some(missing) = planted.iter().find(|class| !self.seen.contains(class)) {
            return Err(EnrolError::Parts {
                expected: format!("all {} classes", planted.len()),
                found: format!("{}, without class {missing}", self.seen.len()),
            });
        }
        let sums = self.sums.iter();
        let totals = sums.map(|sum| sum.as_ref().map(TensorSum::finish));
        Ok(Enrolment {
            model: self.model,
            codes: self.codes,
            features: self.features,
            totals: Some(Totals::new(totals.collect())),
        })
    }
}
