//! The method for those who name none.

use super::Request;
use crate::checkpoint::Model;
use crate::code::Codebook;

/// A method by its name in the [`super::CATALOG`], and why it is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recommended {
    /// The name.
    pub method: &'static str,
    /// Why, in a line.
    pub why: &'static str,
}

/// Of the methods that need no data, the one whose result is hardest to tell from a model retrained
/// without the classes, by what was measured (docs/depth.md), for what is at hand.
pub fn recommended(model: &Model, codes: Option<&Codebook>, request: &Request) -> Recommended {
    let taken = model.metadata.forgotten.len();
    let left = codes.map_or(0, |codes| codes.spare_units().len().saturating_sub(taken));
    match left >= request.forgotten().len() {
        true => Recommended {
            method: "transplant",
            why: "a spare unit is left for each class; relearning a class from a few images takes longer than after `mnemonic`",
        },
        false => Recommended {
            method: "mnemonic",
            why: "no spare unit is left for each class, so the class's own output is moved by the codes",
        },
    }
}
