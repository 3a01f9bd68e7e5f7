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

impl Setting {
    /// # Errors
    /// If a number of it is not finite.
    pub fn new(
        source: &Source,
        name: &Spanned<String>,
        value: &toml::Value,
    ) -> Result<Self, CompareError> {
        if let Some(number) = not_finite(value) {
            let reason = format!("expected finite numbers, found {number}");
            return Err(source.error(name.span(), reason));
        }
        let value = serde_json::to_value(value)
            .unwrap_or_else(|error| unreachable!("values of TOML are values of JSON: {error}"));
        Ok(Self {
            name: name.get_ref().clone(),
            value,
            span: name.span(),
        })
    }
}

/// A number within a value that is not finite: JSON, and so a record, would have null for it.
fn not_finite(value: &toml::Value) -> Option<f64> {
    match value {
        toml::Value::Float(number) => Some(*number).filter(|number| !number.is_finite()),
        toml::Value::Array(values) => values.iter().find_map(not_finite),
        toml::Value::Table(table) => table.values().find_map(not_finite),
        _ => None,
    }
}

/// Settings as the file gives them.
///
/// # Errors
/// If a number is not finite.
pub(crate) fn settings(source: &Source, given: &Given) -> Result<Vec<Setting>, CompareError> {
    let settings = given.iter();
    settings
        .map(|(name, value)| Setting::new(source, name, value))
        .collect()
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
