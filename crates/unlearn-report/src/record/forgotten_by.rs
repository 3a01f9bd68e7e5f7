//! Which method made a model forget which class.

use std::collections::BTreeMap;

/// The names of forgotten classes, each with the method that its model's file names, where it names one.
pub fn with_methods(classes: &[String], methods: &BTreeMap<String, String>) -> Vec<String> {
    let classes = classes.iter();
    let named = classes.map(|class| match methods.get(class) {
        Some(method) => format!("{class} (by {method})"),
        None => class.clone(),
    });
    named.collect()
}
