//! What a method has at hand.

use rand::RngCore;
use unlearn_data::{Augmentation, Split, stream};

use super::{ForgetError, Need, Request};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::enrol::Enrolment;
use crate::network::Network;
use crate::train::TrainParameters;
use crate::tune::{Samples, Watch, Work};

/// What a method has at hand. What it said that it needs is there.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The model as it is; it stays as it is.
    pub model: &'a Model,
    /// The codes that were planted in it, if there are any.
    pub codes: Option<&'a Codebook>,
    /// What was found out of model and codes beforehand, if it was.
    pub enrolment: Option<&'a Enrolment>,
    /// What is to be forgotten and kept.
    pub request: &'a Request,
    /// Training images, those at hand.
    pub images: Option<&'a Split>,
    /// How images are varied when they are shuffled.
    pub augmentation: Augmentation,
    /// How the model was trained, where known.
    pub recipe: Option<&'a TrainParameters>,
    /// Decides all that the method draws.
    pub seed: u64,
    /// Is told of every step.
    pub watch: Watch<'a>,
    /// By how much the mean loss on the kept codes may rise, in nats; a method
    /// that goes step by step need not go on beyond.
    pub max_kept_loss: Option<f64>,
    /// Whether each step is to say what other strengths would have done.
    pub curve: bool,
}

impl<'a> Context<'a> {
    /// A request and its model, and nothing more at hand; seed 0.
    pub(super) fn new(model: &'a Model, request: &'a Request) -> Self {
        Self {
            model,
            codes: None,
            enrolment: None,
            request,
            images: None,
            augmentation: Augmentation::default(),
            recipe: None,
            seed: 0,
            watch: Watch::none(),
            max_kept_loss: None,
            curve: false,
        }
    }

    /// Whether all that a method needs is at hand.
    ///
    /// # Errors
    /// If something is not; it is named.
    pub(super) fn check(&self, method: &'static str, needs: &[Need]) -> Result<(), ForgetError> {
        let missing = needs.iter().filter(|need| !self.has(**need));
        let missing: Vec<String> = missing.map(ToString::to_string).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(ForgetError::Missing {
                method,
                missing: missing.join(", "),
            }),
        }
    }

    fn has(&self, need: Need) -> bool {
        match need {
            Need::Codes => self.codes.is_some(),
            Need::KeptImages => !self.kept().is_empty(),
            Need::ForgottenImages => !self.forgotten().is_empty(),
            Need::Recipe => self.recipe.is_some(),
        }
    }

    /// The codes.
    ///
    /// # Errors
    /// If there are none.
    pub fn codes(&self, method: &'static str) -> Result<&'a Codebook, ForgetError> {
        self.codes.ok_or_else(|| ForgetError::Missing {
            method,
            missing: Need::Codes.to_string(),
        })
    }

    /// D_R: the training images of the kept classes; empty where there are none.
    pub fn kept(&self) -> Samples<'a> {
        self.samples("kept", self.request.kept())
    }

    /// D_c: the training images of one class; empty where there are none.
    pub fn of_class(&self, class: usize) -> Samples<'a> {
        self.samples("class", &[class])
    }

    /// D_F: the training images of the forgotten classes; empty where there are none.
    pub fn forgotten(&self) -> Samples<'a> {
        self.samples("forgotten", self.request.forgotten())
    }

    /// Inputs that a method makes itself: a set without samples yet.
    pub fn made(&self, name: &'static str) -> Samples<'a> {
        self.samples(name, &[])
    }

    fn samples(&self, name: &'static str, classes: &[usize]) -> Samples<'a> {
        let Model { network, metadata } = self.model;
        let (shape, normalization) = (metadata.input_shape, &metadata.normalization);
        let samples = Samples::none(name, shape, normalization, self.seed, network.device());
        let samples = samples.augmented(self.augmentation);
        match self.images {
            Some(images) => samples.with_images(images, classes),
            None => samples,
        }
    }

    /// The model's network with parameters drawn anew, for a purpose of the method.
    pub fn untrained(&self, purpose: &str) -> Network {
        let mut random = stream(self.seed, purpose);
        self.model.network.drawn_anew(random.next_u64())
    }

    /// Work of so many steps, watched.
    pub fn work(&self, steps: usize) -> Work<'a> {
        Work::new(self.watch, steps)
    }
}
