//! A method as its author writes it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::settings::{chosen, settings};
use super::{CatalogEntry, Context, ForgetError, Forgotten, Method, Need};
use crate::checkpoint::Model;
use crate::train::TrainError;

/// A method as its author writes it: its fields are its settings, `Default` says
/// what the paper does.
///
/// With its entry in the [`super::CATALOG`] it can be chosen by name. It runs only with
/// settings that were checked, and what it was set to is told in the outcome.
pub trait Algorithm:
    Default + Serialize + DeserializeOwned + Send + Sync + Sized + 'static
{
    /// What the catalog says of it.
    const ENTRY: CatalogEntry;

    /// Checks every setting.
    ///
    /// # Errors
    /// If one is out of its range.
    fn check(&self) -> Result<(), TrainError>;

    /// What it needs to work on a model: what the catalog says, or less where the model
    /// was made for the method.
    fn needs(&self, _model: &Model) -> &'static [Need] {
        Self::ENTRY.needs
    }

    /// Makes a network that forgot the request's classes.
    ///
    /// # Errors
    /// If the method cannot carry out the request, or was stopped.
    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError>;
}

impl<A: Algorithm> Method for A {
    fn entry(&self) -> CatalogEntry {
        A::ENTRY
    }

    fn needs(&self, model: &Model) -> &'static [Need] {
        Algorithm::needs(self, model)
    }

    fn forget(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut forgotten = self.run(context)?;
        let made = std::mem::take(&mut forgotten.choices);
        forgotten.choices = chosen(self);
        forgotten.choices.extend(made);
        Ok(forgotten)
    }
}

impl CatalogEntry {
    /// The entry of an algorithm: its name, what it does in one line, where it
    /// comes from, and what it needs.
    pub const fn of<A: Algorithm>(
        name: &'static str,
        summary: &'static str,
        source: &'static str,
        needs: &'static [Need],
    ) -> Self {
        Self {
            name,
            summary,
            source,
            needs,
            defaults: || chosen(&A::default()),
            build: |given| {
                let method = A::ENTRY.name;
                let algorithm: A = settings(method, given)?;
                algorithm.check().map_err(|error| ForgetError::Setting {
                    method,
                    reason: error.to_string(),
                })?;
                Ok(Box::new(algorithm))
            },
        }
    }
}
