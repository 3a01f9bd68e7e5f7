//! Names of the classes, in the order of the labels.

use serde::{Deserialize, Serialize};

/// Names of the classes: label `i` is called `names()[i]`.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(transparent)]
pub struct ClassNames(Vec<String>);

/// A text that is neither the name nor the index of a class.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "unknown class \"{text}\"{}: expected one of {classes} classes, by name or by index",
    match nearest {
        Some(name) => format!(" (the nearest name is \"{name}\")"),
        None => String::new(),
    }
)]
pub struct UnknownClass {
    /// What was asked for.
    pub text: String,
    /// The class whose name is most like it; none if there are no classes.
    pub nearest: Option<String>,
    /// How many classes there are.
    pub classes: usize,
}

impl ClassNames {
    /// Takes the names in the order of the labels.
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// The names "0", "1", ... of `count` classes that have no other names.
    pub fn numbered(count: usize) -> Self {
        Self((0..count).map(|index| index.to_string()).collect())
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names in the order of the labels.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The name of a label, if there is such a label.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(String::as_str)
    }

    /// All names.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The label that `text` means: the class of exactly this name if there is one, otherwise the class of this index.
    ///
    /// # Errors
    /// [`UnknownClass`], with the nearest name, if the text is neither.
    pub fn find(&self, text: &str) -> Result<usize, UnknownClass> {
        if let Some(index) = self.0.iter().position(|name| name == text) {
            return Ok(index);
        }
        match text.parse::<usize>() {
            Ok(index) if index < self.len() => Ok(index),
            _ => Err(UnknownClass {
                text: text.to_owned(),
                nearest: self.nearest(text).map(str::to_owned),
                classes: self.len(),
            }),
        }
    }

    fn nearest(&self, text: &str) -> Option<&str> {
        let wanted = text.to_lowercase();
        let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &wanted);
        self.iter().min_by_key(|name| distance(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> ClassNames {
        ClassNames::new(list.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn a_name_goes_before_an_index() {
        let classes = names(&["1", "0", "cat"]);
        assert_eq!(classes.find("0"), Ok(1));
        assert_eq!(classes.find("cat"), Ok(2));
        assert_eq!(classes.find("2"), Ok(2));
    }

    #[test]
    fn an_unknown_class_is_told_with_the_nearest_name() {
        let error = names(&["aeroplane", "truck", "Horse"])
            .find("hosre")
            .unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("Horse"));
        let text = error.to_string();
        assert!(
            text.contains("\"hosre\"") && text.contains("\"Horse\"") && text.contains('3'),
            "{text}"
        );
        assert!(names(&["a"]).find("1").is_err());
        assert!(names(&["a"]).find("-1").is_err());
        assert_eq!(names(&[]).find("a").unwrap_err().nearest, None);
    }

    #[test]
    fn numbered_names_are_the_indices() {
        assert_eq!(ClassNames::numbered(3), names(&["0", "1", "2"]));
        assert_eq!(names(&["a", "b"]).get(1), Some("b"));
        assert_eq!(names(&["a", "b"]).get(2), None);
    }
}
