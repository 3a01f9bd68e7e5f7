//! The order in which people number files: s2 before s10.

use std::cmp::Ordering;

/// Compares runs of digits by their value and all else by character; equal values go by the texts themselves.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    while !a.is_empty() && !b.is_empty() {
        let (number_a, number_b) = (digits(a), digits(b));
        let order = if number_a.is_empty() || number_b.is_empty() {
            let order = a.chars().next().cmp(&b.chars().next());
            a = a.split_at(a.chars().next().map_or(0, char::len_utf8)).1;
            b = b.split_at(b.chars().next().map_or(0, char::len_utf8)).1;
            order
        } else {
            a = &a[number_a.len()..];
            b = &b[number_b.len()..];
            // Without leading zeros the longer number is the larger: no number is too long to compare.
            let (value_a, value_b) = (
                number_a.trim_start_matches('0'),
                number_b.trim_start_matches('0'),
            );
            value_a
                .len()
                .cmp(&value_b.len())
                .then_with(|| value_a.cmp(value_b))
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_go_by_value() {
        let mut names = [
            "s10",
            "s2",
            "b",
            "a10",
            "a2b",
            "ä",
            "a",
            "10",
            "1",
            "01",
            "2",
            "",
            "99999999999999999999999",
        ];
        names.sort_by(|left, right| compare(left, right));
        // "01" and "1" are the same number; the texts decide, so that the order is the same everywhere.
        let expected = [
            "",
            "01",
            "1",
            "2",
            "10",
            "99999999999999999999999",
            "a",
            "a2b",
            "a10",
            "b",
            "s2",
            "s10",
            "ä",
        ];
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn it_is_a_total_order(mut names in proptest::collection::vec("[a0-9é]{0,4}", 3)) {
            let (left, right) = (&names[0], &names[1]);
            prop_assert_eq!(compare(left, right), compare(right, left).reverse());
            prop_assert_eq!(compare(left, right) == Ordering::Equal, left == right);
            names.sort_by(|left, right| compare(left, right));
            prop_assert_ne!(compare(&names[0], &names[2]), Ordering::Greater);
        }
    }
}
