//! What things with something varied are called.

use serde_json::{Map, Value as Json};

/// A name with what is varied.
pub(crate) fn titled(name: &str, varied: &Map<String, Json>) -> String {
    let varied = varied.iter().map(|(name, value)| match value {
        Json::String(text) => format!(", {name} {text}"),
        value => format!(", {name} {value}"),
    });
    format!("{name}{}", varied.collect::<String>())
}
