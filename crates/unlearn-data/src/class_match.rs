//! The classes of a data set brought into the order of another list of the same names.

use crate::{ClassNames, DataError, Dataset};

impl Dataset {
    /// Orders the classes as `expected`, which must hold the same names.
    ///
    /// # Errors
    /// [`DataError::Classes`] if it does not; `place` says whose classes they are.
    pub(crate) fn with_classes(
        mut self,
        expected: &[String],
        place: &str,
    ) -> Result<Self, DataError> {
        let found = self.classes.names();
        if expected == found {
            return Ok(self);
        }
        same_names(expected, found, place, "the model")?;
        let place_of = |name: &String| expected.iter().position(|other| other == name);
        // As many names on both sides, none missing: every class has its place.
        let order: Vec<u32> = found
            .iter()
            .filter_map(place_of)
            .map(|place| place as u32)
            .collect();
        self.train.relabel(&order);
        self.test.relabel(&order);
        let classes = ClassNames::new(expected.to_vec());
        Ok(Self {
            skipped: self.skipped,
            ..Self::new(self.format, classes, self.train, self.test)
        })
    }
}

/// # Errors
/// [`DataError::Classes`] if the two lists do not hold the same names.
pub(crate) fn same_names(
    expected: &[String],
    found: &[String],
    place: &str,
    by: &'static str,
) -> Result<(), DataError> {
    let without = |names: &[String], others: &[String]| -> Vec<String> {
        names
            .iter()
            .filter(|name| !others.contains(name))
            .cloned()
            .collect()
    };
    let (missing, extra) = (without(expected, found), without(found, expected));
    if missing.is_empty() && extra.is_empty() && expected.len() == found.len() {
        return Ok(());
    }
    Err(DataError::Classes {
        place: place.to_owned(),
        expected: expected.len(),
        by,
        missing,
        extra,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Split};

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    fn dataset() -> Dataset {
        let train = Split::new([1, 1, 2], vec![1, 2, 3, 4, 5, 6], vec![0, 1, 1]);
        let test = Split::new([1, 1, 2], vec![7, 8], vec![1]);
        Dataset::new(
            Format::Idx,
            ClassNames::new(names(&["a", "b"])),
            train,
            test,
        )
    }

    #[test]
    fn classes_follow_the_names_of_a_model() {
        let swapped = dataset().with_classes(&names(&["b", "a"]), "here").unwrap();
        assert_eq!(swapped.train.labels(), [1, 0, 0]);
        assert_eq!(swapped.classes.names(), names(&["b", "a"]));
        assert_ne!(swapped.digest, dataset().digest);
    }

    #[test]
    fn missing_and_extra_classes_are_errors() {
        for expected in [&["a"][..], &["a", "b", "c"], &["a", "c"], &["a", "b", "b"]] {
            let error = dataset()
                .with_classes(&names(expected), "here")
                .unwrap_err();
            assert!(matches!(error, DataError::Classes { .. }));
        }
        let text = dataset()
            .with_classes(&names(&["a", "c"]), "here")
            .unwrap_err()
            .to_string();
        assert_eq!(
            text,
            "here: expected the 2 classes of the model; missing: c; not expected: b"
        );
    }
}
