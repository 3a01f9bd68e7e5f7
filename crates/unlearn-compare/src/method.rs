//! A method as a cell runs it.

use serde_json::{Map, Value as Json};
use unlearn::forget::{ForgetError, Method, method};

/// A method with its settings, or with those among which the best are to be found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedMethod {
    /// Its name in the catalog.
    pub name: &'static str,
    /// Its settings that the file gives.
    pub settings: Map<String, Json>,
    /// The values to try; empty where nothing is searched.
    pub grid: Map<String, Json>,
    /// All combinations of them.
    pub trials: Vec<Map<String, Json>>,
}

/// What Fisher diagonals are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FisherSamples {
    /// A code per class.
    Codes,
    /// So many images per class, or all.
    Images(Option<usize>),
}

impl PlannedMethod {
    /// What its Fisher diagonals are made from, where it is one of the two that work with some as they are.
    pub fn fisher_samples(&self) -> Option<FisherSamples> {
        match self.name {
            "mnemonic" => Some(FisherSamples::Codes),
            "mnemonic-with-images" => {
                let count = self.settings.get("images_per_class").and_then(Json::as_u64);
                Some(FisherSamples::Images(count.map(|count| count as usize)))
            }
            _ => None,
        }
    }

    /// The method, with these settings beside the others.
    ///
    /// # Errors
    /// If it refuses them; a plan has tried them all.
    pub fn build(&self, tried: &Map<String, Json>) -> Result<Box<dyn Method>, ForgetError> {
        let settings = self.settings.clone().into_iter().chain(tried.clone());
        method(self.name, settings.collect())
    }
}
