//! A method's settings, from what was given and its defaults.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::ForgetError;

/// The settings with those given in the place of their defaults.
///
/// # Errors
/// If one is unknown or of another type.
pub fn settings<T: Default + Serialize + DeserializeOwned>(
    method: &'static str,
    given: Map<String, Json>,
) -> Result<T, ForgetError> {
    let refuse = |reason| ForgetError::Setting { method, reason };
    let mut all = chosen(&T::default());
    // Said here, since flattened settings cannot deny unknown fields themselves.
    if let Some(name) = given.keys().find(|name| !all.contains_key(*name)) {
        let known = match all.is_empty() {
            true => "no settings".to_owned(),
            false => {
                let names = all.keys().map(|name| format!("`{name}`"));
                format!("one of {}", names.collect::<Vec<_>>().join(", "))
            }
        };
        return Err(refuse(format!("`{name}`: expected {known}")));
    }
    all.extend(given);
    serde_json::from_value(Json::Object(all)).map_err(|error| refuse(error.to_string()))
}

/// All settings by name.
pub fn chosen(settings: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(settings) {
        Ok(Json::Object(settings)) => settings,
        other => unreachable!("settings are written as an object, not as {other:?}"),
    }
}
