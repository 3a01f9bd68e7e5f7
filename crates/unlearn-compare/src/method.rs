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

impl PlannedMethod {
    /// The method, with these settings beside the others.
    ///
    /// # Errors
    /// If it refuses them; a plan has tried them all.
    pub fn build(&self, tried: &Map<String, Json>) -> Result<Box<dyn Method>, ForgetError> {
        let settings = self.settings.clone().into_iter().chain(tried.clone());
        method(self.name, settings.collect())
    }
}
