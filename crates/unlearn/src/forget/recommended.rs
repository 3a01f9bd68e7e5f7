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
    let has_means = codes.is_some_and(|codes| codes.class_means().is_some());
    let left = codes.map_or(0, |codes| codes.spare_units().len().saturating_sub(taken));
    let (method, why) = if model.network.split().is_none() {
        let why = "the network has no classifier layer of its own, so it is moved by the codes";
        ("mnemonic", why)
    } else if has_means {
        let why = match left < request.forgotten().len() {
            true => {
                "class means are there to move the features by; no spare unit is left for each \
                 class, so units are made from the codes, which do about as well"
            }
            false => {
                "a spare unit is left for each class, and class means to move its features by: \
                 of the ways that need no images this leaves the least inside"
            }
        };
        ("transplant", why)
    } else if left < request.forgotten().len() {
        let why = "no spare unit is left for each class, so units are made from the codes, \
                   which do about as well";
        ("transplant", why)
    } else {
        let why = "a spare unit is left for each class; images bring a class back no sooner \
                   than after `mnemonic`, mostly later";
        ("transplant", why)
    };
    Recommended { method, why }
}
