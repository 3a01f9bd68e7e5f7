//! Numbers of a comparison as its tables write them.

use crate::record::{Spread, WorstKept};

/// Two digits after the point, with the deviation where there is one.
pub fn plain(spread: Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.2} ± {deviation:.2}", spread.mean),
        None => format!("{:.2}", spread.mean),
    }
}

/// With a power of ten.
pub fn scientific(spread: Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.2e} ± {deviation:.1e}", spread.mean),
        None => format!("{:.2e}", spread.mean),
    }
}

/// A mean time.
pub fn seconds(spread: Spread) -> String {
    match spread.mean {
        mean if mean < 0.000_05 => "<0.0001 s".to_owned(),
        mean if mean < 1.0 => format!("{mean:.4} s"),
        mean => format!("{mean:.1} s"),
    }
}

/// The kept class that lost most; none where none lost a hundredth of a point.
pub fn worst(worst: &WorstKept) -> String {
    match worst.drop_points {
        drop if drop >= 0.005 => format!("{} -{drop:.2}", worst.class),
        _ => "none".to_owned(),
    }
}

/// What a table says of a number that there may not be.
pub fn or_dash<T>(number: Option<T>, write: impl Fn(T) -> String) -> String {
    number.map_or_else(|| "-".to_owned(), write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_lost_nothing_is_not_blamed() {
        let of = |class: &str, drop_points| {
            worst(&WorstKept {
                class: class.to_owned(),
                drop_points,
            })
        };
        assert_eq!(
            (of("a", 1.5), of("a", -2.0)),
            ("a -1.50".into(), "none".into())
        );
    }
}
