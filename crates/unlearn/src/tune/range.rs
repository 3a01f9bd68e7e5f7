//! Ranges of settings.

use crate::train::TrainError;

/// The most that any count may be: products of two and of the samples of a set stay far from the
/// largest integer. Whether memory holds so many images depends on their size.
pub const MOST: usize = 1 << 20;

/// Refuses a setting for which a demand does not hold.
///
/// # Errors
/// If it does not hold.
pub fn demand(
    setting: &'static str,
    holds: bool,
    expected: &'static str,
    found: f64,
) -> Result<(), TrainError> {
    match holds {
        true => Ok(()),
        false => Err(TrainError::Setting {
            setting,
            expected,
            found,
        }),
    }
}

/// Refuses a count outside 1 to [`MOST`].
///
/// # Errors
/// If it is.
pub fn count(setting: &'static str, found: usize) -> Result<(), TrainError> {
    let holds = (1..=MOST).contains(&found);
    demand(setting, holds, "between 1 and 1048576", found as f64)
}

/// Refuses a count above [`MOST`]; it may be 0.
///
/// # Errors
/// If it is.
pub fn count_or_none(setting: &'static str, found: usize) -> Result<(), TrainError> {
    demand(setting, found <= MOST, "at most 1048576", found as f64)
}

/// Refuses what is not a finite number above 0.
///
/// # Errors
/// If it is not.
pub fn positive(setting: &'static str, found: f64) -> Result<(), TrainError> {
    let holds = found.is_finite() && found > 0.0;
    demand(setting, holds, "a positive number", found)
}

/// Refuses what is not a finite number of at least 0.
///
/// # Errors
/// If it is not.
pub fn not_negative(setting: &'static str, found: f64) -> Result<(), TrainError> {
    let holds = found.is_finite() && found >= 0.0;
    demand(setting, holds, "at least 0", found)
}

/// Refuses what is no part of a whole, above 0 and at most 1.
///
/// # Errors
/// If it is not.
pub fn part(setting: &'static str, found: f64) -> Result<(), TrainError> {
    let holds = found > 0.0 && found <= 1.0;
    demand(setting, holds, "in (0, 1]", found)
}

/// Refuses what is no part of a whole, at least 0 and at most 1.
///
/// # Errors
/// If it is not.
pub fn part_or_none(setting: &'static str, found: f64) -> Result<(), TrainError> {
    demand(setting, (0.0..=1.0).contains(&found), "in [0, 1]", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_ranges_are_where_they_are_said_to_be() {
        let counts = [0, 1, MOST, MOST + 1];
        assert_eq!(
            counts.map(|found| count("c", found).is_ok()),
            [false, true, true, false]
        );
        assert_eq!(
            counts.map(|found| count_or_none("c", found).is_ok()),
            [true, true, true, false]
        );
        let numbers = [f64::NAN, -1e-9, 0.0, 1e-9, 1.0, 1.1, f64::INFINITY];
        let of = |range: fn(&'static str, f64) -> Result<(), TrainError>| {
            numbers.map(|found| range("x", found).is_ok())
        };
        assert_eq!(of(positive), [false, false, false, true, true, true, false]);
        assert_eq!(
            of(not_negative),
            [false, false, true, true, true, true, false]
        );
        assert_eq!(of(part), [false, false, false, true, true, false, false]);
        assert_eq!(
            of(part_or_none),
            [false, false, true, true, true, false, false]
        );
        let message = count("repair_epochs", MOST + 1).unwrap_err().to_string();
        assert_eq!(
            message,
            "repair_epochs: expected between 1 and 1048576, found 1048577"
        );
    }
}
