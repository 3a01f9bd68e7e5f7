//! One method on one original for one set of classes.

use std::fmt;

use unlearn::data::Digest;

use crate::method::PlannedMethod;
use crate::training::Training;

/// One cell of a comparison.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Digest of everything that determines what comes of it.
    pub digest: Digest,
    /// The place of its original in the plan.
    pub(crate) original: usize,
    /// The classes that are forgotten, ascending.
    pub(crate) classes: Vec<usize>,
    /// What its row is called.
    pub(crate) row: String,
    pub(crate) is_control: bool,
    pub(crate) work: Work,
    /// In words.
    pub(crate) title: String,
}

/// What a cell does.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Nothing: the original is measured.
    Original,
    /// A model is trained without the classes.
    Retrained(Box<Training>),
    /// A method makes the original forget the classes.
    Method(PlannedMethod),
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.title)
    }
}
