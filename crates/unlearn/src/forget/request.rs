//! What is to be forgotten.

use super::ForgetError;
use crate::checkpoint::Model;

/// Classes to forget and classes to keep, as indices into the model's outputs.
///
/// Classes that the model forgot earlier, or whose codes were never planted, are neither: they do not
/// count as kept, and asking for one is an error.
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
        let mut forgotten = Vec::with_capacity(classes.len());
        for text in classes {
            let class = names.find(text.as_ref())?;
            let name = || names.names()[class].clone();
            if metadata.is_forgotten(class) {
                return Err(ForgetError::AlreadyForgotten { class: name() });
            }
            if !metadata.is_planted(class) {
                return Err(ForgetError::NeverPlanted { class: name() });
            }
            forgotten.push(class);
        }
        forgotten.sort_unstable();
        forgotten.dedup();
        if forgotten.is_empty() {
            return Err(ForgetError::NothingAsked);
        }
        let known = metadata.known().into_iter();
        let kept: Vec<usize> = known.filter(|class| !forgotten.contains(class)).collect();
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
