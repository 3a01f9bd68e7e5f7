//! How a data set is to be read.

use serde::{Deserialize, Serialize};

use crate::DataError;

/// Largest height or width to which images may be resized.
const LARGEST_SIDE: usize = 4096;

/// How a data set is to be read.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct LoadOptions {
    /// Seed of the split of an image folder without `train` and `test`, and of the drawing of `shapes`.
    pub seed: u64,
    /// The part of each class that goes into the test part where a folder is not split; between 0 and 1.
    pub test_fraction: f64,
    /// Height and width to resize to. None: image folders become 32x32, other formats keep their size.
    pub image_size: Option<[usize; 2]>,
    /// 1 (grey) or 3 (colour) channels. None: as stored; an image folder is grey if every image in it is.
    pub channels: Option<usize>,
    /// Keep only the first so many samples of each class of the training part.
    pub limit_per_class: Option<usize>,
    /// Leave out images that do not decode instead of failing.
    pub skip_unreadable: bool,
    /// The class names of a model, in its order: the set's classes are matched to them by name.
    pub classes: Option<Vec<String>>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            test_fraction: 0.2,
            image_size: None,
            channels: None,
            limit_per_class: None,
            skip_unreadable: false,
            classes: None,
        }
    }
}

impl LoadOptions {
    /// # Errors
    /// [`DataError::Option`] for a value outside its range.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        let outside = |option, expected, found| {
            Err(DataError::Option {
                option,
                expected,
                found,
            })
        };
        if !(self.test_fraction > 0.0 && self.test_fraction < 1.0) {
            return outside(
                "test_fraction",
                "a number between 0 and 1",
                self.test_fraction.to_string(),
            );
        }
        if let Some([height, width]) = self.image_size
            && ![height, width]
                .iter()
                .all(|side| (1..=LARGEST_SIDE).contains(side))
        {
            return outside(
                "image_size",
                "sides from 1 to 4096",
                format!("{height}x{width}"),
            );
        }
        if let Some(channels) = self.channels
            && channels != 1
            && channels != 3
        {
            return outside("channels", "1 or 3", channels.to_string());
        }
        if self.limit_per_class == Some(0) {
            return outside("limit_per_class", "at least 1", "0".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range() {
        assert!(LoadOptions::default().check().is_ok());
    }

    #[test]
    fn values_outside_their_range_are_refused() {
        let bad = [
            LoadOptions {
                test_fraction: 0.0,
                ..Default::default()
            },
            LoadOptions {
                test_fraction: 1.0,
                ..Default::default()
            },
            LoadOptions {
                test_fraction: f64::NAN,
                ..Default::default()
            },
            LoadOptions {
                image_size: Some([0, 8]),
                ..Default::default()
            },
            LoadOptions {
                image_size: Some([8, 4097]),
                ..Default::default()
            },
            LoadOptions {
                channels: Some(2),
                ..Default::default()
            },
            LoadOptions {
                limit_per_class: Some(0),
                ..Default::default()
            },
        ];
        for options in bad {
            let error = options.check().unwrap_err();
            assert!(matches!(error, DataError::Option { .. }), "{error}");
        }
    }
}
