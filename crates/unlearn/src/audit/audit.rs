//! What every audit can do.

use super::{Budget, Context, Finding, Subject};

/// A question that is put to every model in the same way. It draws its
/// randomness from [`Context::seed`] alone, prints nothing and writes nothing.
pub trait Audit: Sync {
    /// Its name, which the keys of its figures begin with.
    fn name(&self) -> &'static str;

    /// Its heading, for people.
    fn title(&self) -> &'static str;

    /// What is asked and how, in plain words.
    fn question(&self) -> &'static str;

    /// How to read the answer: what is good, and what it does not show.
    fn reading(&self) -> &'static str;

    /// The keys of its figures, `kN` for a number after k and `LAYER` for a layer's name:
    /// a limit that names another is refused before anything is measured. Where none are
    /// named, any that begins with the audit's name and a dot.
    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether one of its figures can have this key.
    fn can_have(&self, key: &str) -> bool {
        let own = key.strip_prefix(self.name());
        let is_within = own.is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'));
        let fits = |pattern: &&str| match pattern.strip_suffix("kN") {
            Some(before) => {
                let number = key.strip_prefix(before);
                let number = number.and_then(|rest| rest.strip_prefix('k'));
                number.is_some_and(|number| number.parse::<u32>().is_ok())
            }
            None if pattern.ends_with(".LAYER") => is_within,
            None => *pattern == key,
        };
        self.keys().iter().any(fits) || self.keys().is_empty() && is_within
    }

    /// Why it cannot be put here, if so.
    fn obstacle(&self, _context: &Context<'_>) -> Option<&'static str> {
        None
    }

    /// Whether what is found in a model depends on which other models there are.
    fn is_relative(&self) -> bool {
        false
    }

    /// About how long it takes for one model, in steps of training.
    fn cost(&self, _budget: &Budget) -> usize {
        10
    }

    /// Puts the question to one model.
    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding;

    /// Adds what follows from the findings of all models, in the order of
    /// [`Context::subjects`].
    fn compare(&self, _context: &Context<'_>, _findings: &mut [Finding]) {}
}
