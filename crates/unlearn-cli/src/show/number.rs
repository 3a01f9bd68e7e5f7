//! Numbers for people.

/// `95.40 %`.
pub fn percent(value: f64) -> String {
    format!("{value:.2} %")
}

/// `12.3 s`, with more digits where there are fewer seconds.
pub fn seconds(value: f64) -> String {
    match value {
        value if 0.0 < value && value < 1e-4 => "<0.0001 s".to_owned(),
        value if value < 1.0 => format!("{value:.4} s"),
        value => format!("{value:.1} s"),
    }
}

/// `11,173,962`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// At most four significant digits: `0.3364`, `12.5`, `1e300`.
pub fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    match rounded == 0.0 || (1e-4..1e6).contains(&rounded.abs()) {
        true => rounded.to_string(),
        false => format!("{rounded:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(7), "7");
        assert_eq!(count(123), "123");
        assert_eq!(count(11_173_962), "11,173,962");
        assert_eq!(count(1000), "1,000");
    }

    #[test]
    fn digits_that_say_nothing_are_left_out() {
        assert_eq!(short(0.336_361_1), "0.3364");
        assert_eq!((short(10.0), short(0.1)), ("10".into(), "0.1".into()));
        assert_eq!((short(1e300), short(0.0)), ("1e300".into(), "0".into()));
        assert_eq!(short(0.000_012_345_6), "1.235e-5");
        assert_eq!(short(f64::INFINITY), "inf");
    }

    #[test]
    fn short_times_keep_their_digits() {
        assert_eq!(
            (seconds(0.01234), seconds(75.04)),
            ("0.0123 s".into(), "75.0 s".into())
        );
        assert_eq!(seconds(0.000_012), "<0.0001 s");
        assert_eq!(percent(99.999), "100.00 %");
    }
}
