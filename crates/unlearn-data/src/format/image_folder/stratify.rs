//! Which samples of a class are for testing, where a folder does not say.

use rand::seq::SliceRandom;

use super::{decode::Decoded, listing::Class};

/// An image with its label.
pub(super) type Labelled = (u32, Decoded);
use crate::{LoadOptions, stream};

/// The training and the test part of the images of some classes, which are in the order of these.
pub(super) fn divide(
    classes: &[Class],
    images: Vec<Labelled>,
    options: &LoadOptions,
) -> (Vec<Labelled>, Vec<Labelled>) {
    let mut counts = vec![0; classes.len()];
    images
        .iter()
        .for_each(|&(label, _)| counts[label as usize] += 1);
    let choice = classes.iter().zip(counts).flat_map(|(class, count)| {
        stratify(options.seed, &class.name, count, options.test_fraction)
    });
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (image, for_testing) in images.into_iter().zip(choice) {
        if for_testing {
            test.push(image)
        } else {
            train.push(image)
        }
    }
    (train, test)
}

/// For each of `count` samples of a class, whether it is for testing.
///
/// These are `round(count * fraction)` of them, but at least one and not all if there are two or more, and none of
/// one. The choice depends on the seed, the name of the class and the number of samples, not on other classes.
fn stratify(seed: u64, class: &str, count: usize, fraction: f64) -> Vec<bool> {
    let wanted = (count as f64 * fraction).round() as usize;
    let wanted = match count {
        0 | 1 => 0,
        _ => wanted.clamp(1, count - 1),
    };
    let mut test = vec![false; count];
    test[..wanted].fill(true);
    test.shuffle(&mut stream(seed, &format!("split {class}")));
    test
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_rounded_within_bounds() {
        for (count, fraction, expected) in [
            (0, 0.5, 0),
            (1, 0.9, 0),
            (2, 0.01, 1),
            (2, 0.99, 1),
            (10, 0.2, 2),
            (10, 0.25, 3),
            (400, 0.2, 80),
        ] {
            let test = stratify(1, "a", count, fraction);
            assert_eq!(test.len(), count);
            assert_eq!(
                test.iter().filter(|&&test| test).count(),
                expected,
                "{count} at {fraction}"
            );
        }
    }

    #[test]
    fn seed_and_class_make_the_choice() {
        let choice = |seed, class| stratify(seed, class, 40, 0.5);
        assert_eq!(choice(1, "a"), choice(1, "a"));
        assert_ne!(choice(1, "a"), choice(2, "a"));
        assert_ne!(choice(1, "a"), choice(1, "b"));
    }
}
