//! Names from a short list, as the library spells them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// Reads one of the names as the library's type of that name.
///
/// # Panics
/// If the library does not know one of the names; a test below reads them all.
pub fn one_of<T>(names: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).map(|name| {
        serde_json::from_value(Json::String(name))
            .unwrap_or_else(|error| unreachable!("a name that the library knows: {error}"))
    })
}

/// Names of [`unlearn::network::Activation`].
pub const ACTIVATIONS: &[&str] = &["sigmoid", "relu"];
/// Names of [`unlearn::train::OptimizerKind`].
pub const OPTIMIZERS: &[&str] = &["sgd", "adam"];
/// Names of [`unlearn::train::Schedule`].
pub const SCHEDULES: &[&str] = &["constant", "cosine", "one-cycle"];
/// Names of [`unlearn::code::CodeKind`].
pub const CODE_KINDS: &[&str] = &["uniform", "normal"];
/// Names of [`unlearn::forget::Scope`].
pub const SCOPES: &[&str] = &["all", "classifier", "output", "features"];

#[cfg(test)]
mod tests {
    use unlearn::code::CodeKind;
    use unlearn::forget::Scope;
    use unlearn::network::Activation;
    use unlearn::train::{OptimizerKind, Schedule};

    use super::*;

    fn read_all<T: DeserializeOwned>(names: &[&str]) {
        for name in names {
            let text = Json::String((*name).to_owned());
            assert!(serde_json::from_value::<T>(text).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_library_knows_every_name() {
        read_all::<Activation>(ACTIVATIONS);
        read_all::<OptimizerKind>(OPTIMIZERS);
        read_all::<Schedule>(SCHEDULES);
        read_all::<CodeKind>(CODE_KINDS);
        read_all::<Scope>(SCOPES);
    }
}
