//! A setting of a method.

use serde_json::Value as Json;

/// Reads `name=value`; the value is a number, `true`, `false` or `null`, or else
/// a word.
///
/// # Errors
/// If there is no `=`, or nothing before it.
pub fn setting(text: &str) -> Result<(String, Json), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = serde_json::from_str(value);
            let word = || Json::String(text[name.len() + 1..].to_owned());
            Ok((name.to_owned(), value.unwrap_or_else(|_| word())))
        }
        _ => Err("expected name=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_numbers_truths_or_words() {
        let value = |text| setting(text).unwrap().1;
        assert_eq!(value("epochs=3"), json!(3));
        assert_eq!(value("rate=1e-3"), json!(0.001));
        assert_eq!(value("redraw=true"), json!(true));
        assert_eq!(value("statistics=running"), json!("running"));
        assert!(setting("epochs").is_err() && setting("=3").is_err());
    }
}
