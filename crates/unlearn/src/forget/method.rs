//! How to forget.

use serde_json::{Map, Value as Json};

use super::{ForgetError, Request};
use crate::checkpoint::Model;
use crate::code::Codebook;
use crate::network::Network;

/// What a method has at hand.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The model as it is; it stays as it is.
    pub model: &'a Model,
    /// The codes that were planted in it.
    pub codes: &'a Codebook,
    /// What is to be forgotten and kept.
    pub request: &'a Request,
}

/// What a method made.
#[derive(Clone, Debug)]
pub struct Forgotten {
    /// The network afterwards.
    pub network: Network,
    /// Single-sample backward passes that it took.
    pub backward_passes: usize,
    /// What the method was told or chose, by name (`lambda1`, `sign`).
    pub choices: Map<String, Json>,
}

/// A way to make a model forget classes: model in, network out. It draws no
/// randomness of its own, prints nothing and writes nothing.
pub trait Method: Send + Sync {
    /// Its name in the catalog.
    fn name(&self) -> &'static str;

    /// Makes a network that forgot the request's classes.
    ///
    /// # Errors
    /// If the method cannot carry out the request.
    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError>;
}
