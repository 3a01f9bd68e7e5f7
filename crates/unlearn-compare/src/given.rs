//! Settings in a file, each with its place there.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml::Spanned;

use crate::CompareError;
use crate::source::Source;

/// Settings by name.
pub(crate) type Given = BTreeMap<Spanned<String>, toml::Value>;

/// Settings with several values, by name.
pub(crate) type Axes = BTreeMap<Spanned<String>, Spanned<Vec<toml::Value>>>;

/// One setting.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub name: String,
    pub value: Json,
    /// Its name's place in the file.
    pub span: Range<usize>,
}

/// Settings as the file gives them.
pub(crate) fn settings(given: &Given) -> Vec<Setting> {
    let settings = given.iter().map(|(name, value)| Setting {
        name: name.get_ref().clone(),
        value: json(value),
        span: name.span(),
    });
    settings.collect()
}

/// A value of the file as one of a record.
pub(crate) fn json(value: &toml::Value) -> Json {
    serde_json::to_value(value)
        .unwrap_or_else(|error| unreachable!("values of TOML are values of JSON: {error}"))
}

/// By name.
pub(crate) fn map<'a>(settings: impl IntoIterator<Item = &'a Setting>) -> Map<String, Json> {
    let settings = settings.into_iter();
    let pairs = settings.map(|setting| (setting.name.clone(), setting.value.clone()));
    pairs.collect()
}

/// What `build` makes of some settings; where it refuses them, the setting without which it would
/// not, or else `whole`, is named.
///
/// # Errors
/// If it refuses them.
pub(crate) fn built<T>(
    source: &Source,
    settings: &[Setting],
    whole: Range<usize>,
    build: impl Fn(Map<String, Json>) -> Result<T, String>,
) -> Result<T, CompareError> {
    build(map(settings)).map_err(|reason| {
        let is_to_blame = |setting: &&Setting| {
            let others = settings.iter().filter(|other| other.name != setting.name);
            build(map(others)).is_ok()
        };
        let blamed = settings.iter().find(is_to_blame);
        // Where several are wrong, that which is wrong by itself.
        let blamed = blamed.or_else(|| {
            settings
                .iter()
                .find(|setting| build(map([*setting])).is_err())
        });
        let span = blamed.map_or(whole, |setting| setting.span.clone());
        source.error(span, reason)
    })
}
