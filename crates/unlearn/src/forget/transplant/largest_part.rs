//! How far to go where a harm rises with the way.

/// Parts that are tried.
const TRIES: usize = 4;

/// How far the next part goes on the straight line to the limit after one that was beyond it: the harm may have risen faster at first.
const AFTER_BEYOND: f64 = 0.5;

/// The largest part in [0, 1], of those tried, at which `harm` is at most `limit`; 0 where none is. 1 is tried first.
///
/// Meant for a harm that is within the limit at 0, and rises ever faster from there: then the first part tried is a guess, and what lies on
/// the straight line between one that is within the limit and one that is not is within it, too. Where it rises fast at first, less is found.
pub fn largest_part(limit: f64, mut harm: impl FnMut(f64) -> f64) -> f64 {
    let (mut within, mut beyond) = ((0.0, 0.0), (1.0, harm(1.0)));
    if beyond.1 <= limit {
        return 1.0;
    }
    // As if it rose with the square of the part.
    let mut part = (limit / beyond.1).max(0.0).sqrt();
    for _ in 1..TRIES {
        let found = harm(part);
        let caution = match found <= limit {
            true => {
                within = (part, found);
                1.0
            }
            false => {
                beyond = (part, found);
                AFTER_BEYOND
            }
        };
        let onwards = caution * (limit - within.1) / (beyond.1 - within.1);
        part = within.0 + onwards * (beyond.0 - within.0);
    }
    within.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_near_the_limit_and_never_beyond_it() {
        for power in [0.7, 1.0, 2.0, 3.0, 5.0] {
            for whole in [0.5, 1.1, 3.0, 40.0] {
                let harm = |part: f64| whole * part.powf(power);
                let found = largest_part(1.0, harm);
                let most = f64::powf(1.0 / whole, 1.0 / power).min(1.0);
                assert!(
                    harm(found) <= 1.0 && found > most / 3.0,
                    "{power} {whole} {found}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_within_a_limit_that_is_no_number_or_a_harm_that_is_none() {
        assert_eq!(largest_part(1.0, |_| f64::NAN), 0.0);
        assert_eq!(largest_part(-1.0, |part| part), 0.0);
        assert_eq!(largest_part(f64::INFINITY, |_| 5.0), 1.0);
    }
}
