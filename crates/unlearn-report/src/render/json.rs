//! JSON: one object.

use serde::Serialize;

/// A record as one JSON object, indented, with a line break at the end.
/// Numbers that are not finite become `null`.
///
/// # Panics
/// If the record cannot be written as JSON; ours can.
pub fn json(record: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(record)
        .unwrap_or_else(|error| unreachable!("records have plain keys and values: {error}"));
    text.push('\n');
    text
}

/// A record as one JSON object on one line, with a line break at its end.
///
/// # Panics
/// As [`json`].
pub fn json_line(record: &impl Serialize) -> String {
    let mut text = serde_json::to_string(record)
        .unwrap_or_else(|error| unreachable!("records have plain keys and values: {error}"));
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_an_object_on_lines_of_its_own() {
        #[derive(Serialize)]
        struct Record {
            seconds: f64,
        }
        assert_eq!(json(&Record { seconds: 0.5 }), "{\n  \"seconds\": 0.5\n}\n");
        assert_eq!(json_line(&Record { seconds: 0.5 }), "{\"seconds\":0.5}\n");
        let odd = json(&Record { seconds: f64::NAN });
        assert_eq!(odd, "{\n  \"seconds\": null\n}\n");
    }
}
