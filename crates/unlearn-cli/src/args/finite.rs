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
}
