//! What is to be forgotten.

use super::ForgetError;
use crate::checkpoint::Model;

/// Classes to forget and classes to keep, as indices into the model's outputs.
///
/// Classes that the model forgot earlier are neither: they do not count as kept, and asking for
/// one is an error. So are those whose codes were never planted, unless no class's were: then
/// the model was trained without codes, and that says nothing of its classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    forgotten: Vec<usize>,
    kept: Vec<usize>,
    gone: Vec<usize>,
}

impl Request {
    /// A request for classes by name or index, in any order.
    ///
    /// # Errors
    /// If a class is unknown or forgotten already, none is asked for, or none
    /// would be kept.
    pub fn new(model: &Model, classes: &[impl AsRef<str>]) -> Result<Self, ForgetError> {
        let metadata = &model.metadata;
        let names = &metadata.classes;
        let has_codes = !metadata.planted().is_empty();
        let mut forgotten = Vec::with_capacity(classes.len());
        for text in classes {
            let class = names.find(text.as_ref())?;
            let name = || names.names()[class].clone();
            if metadata.is_forgotten(class) {
                return Err(ForgetError::AlreadyForgotten { class: name() });
            }
            if has_codes && !metadata.is_planted(class) {
                return Err(ForgetError::NeverPlanted { class: name() });
            }
            forgotten.push(class);
        }
        forgotten.sort_unstable();
        forgotten.dedup();
        if forgotten.is_empty() {
            return Err(ForgetError::NothingAsked);
        }
        let is_kept = |class: &usize| {
            let is_known = !has_codes || metadata.is_planted(*class);
            is_known && !metadata.is_forgotten(*class) && !forgotten.contains(class)
        };
        let kept: Vec<usize> = (0..names.len()).filter(is_kept).collect();
        if kept.is_empty() {
            return Err(ForgetError::NothingKept {
                classes: names.len(),
            });
        }
        let gone = (0..names.len()).filter(|class| metadata.is_forgotten(*class));
        Ok(Self {
            gone: gone.collect(),
            forgotten,
            kept,
        })
    }

    /// All classes whose codes are asked: those to forget, those to keep and those that
    /// the model forgot before, ascending.
    pub fn classes(&self) -> Vec<usize> {
        let mut classes = [&self.forgotten[..], &self.kept, &self.gone].concat();
        classes.sort_unstable();
        classes
    }

    /// The classes to forget, ascending.
    pub fn forgotten(&self) -> &[usize] {
        &self.forgotten
    }

    /// The classes to keep, ascending.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// The classes that the model forgot before, ascending.
    pub fn gone(&self) -> &[usize] {
        &self.gone
    }
}
