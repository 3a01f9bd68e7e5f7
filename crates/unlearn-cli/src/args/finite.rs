//! Numbers that a record can hold.

/// Reads a number; infinities and NaN are none.
///
/// # Errors
/// If the text is something else.
pub fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("expected a finite number".to_owned()),
    }
}

/// Reads a number that something may not exceed: 0 or more.
///
/// # Errors
/// If the text is something else.
pub fn limit(text: &str) -> Result<f64, String> {
    match finite(text) {
        Ok(number) if number >= 0.0 => Ok(number),
        _ => Err("expected a finite number of at least 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers() {
        assert_eq!(finite("1e-3"), Ok(0.001));
        for wrong in ["", "inf", "-inf", "nan", "1e999", "1,5"] {
            assert!(finite(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_limit_is_not_negative() {
        assert_eq!(limit("0"), Ok(0.0));
        for wrong in ["-0.1", "nan", "inf", "one"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
