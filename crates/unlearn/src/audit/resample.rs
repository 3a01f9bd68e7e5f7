//! The bootstrap, with the same draws for every model.

use unlearn_data::stream;

use rand::Rng;

/// How often samples are drawn again.
const RESAMPLES: usize = 200;

/// What a statistic comes to when the samples are drawn again, 200 times, with replacement
/// within each group: it is told how often each sample was drawn.
///
/// The draws follow from groups and seed alone (Efron 1979, stratified). They are the same
/// for two models that are asked for the same samples, so what happens to both shows in both.
pub(super) fn resample<T>(
    groups: &[usize],
    seed: u64,
    mut statistic: impl FnMut(&[f64]) -> T,
) -> Vec<T> {
    let mut places: Vec<usize> = (0..groups.len()).collect();
    places.sort_by_key(|place| groups[*place]);
    let of_group: Vec<&[usize]> = places
        .chunk_by(|one, other| groups[*one] == groups[*other])
        .collect();
    let mut random = stream(seed, "audit/resamples");
    let mut weights = vec![0.0; groups.len()];
    let draws = (0..RESAMPLES).map(|_| {
        weights.fill(0.0);
        for members in &of_group {
            for _ in 0..members.len() {
                weights[members[random.random_range(0..members.len())]] += 1.0;
            }
        }
        statistic(&weights)
    });
    draws.collect()
}

/// The mean of some samples' numbers, each as often as it was drawn; 0 where none was.
pub(super) fn weighted_mean(numbers: impl Iterator<Item = (f64, f64)>) -> f64 {
    let [sum, weights] = numbers.fold([0.0; 2], |[sum, weights], (weight, number)| {
        [sum + weight * number, weights + weight]
    });
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// The ends of the middle 95 % of numbers of which there are some.
pub(super) fn middle(numbers: &[f64]) -> [f64; 2] {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    [0.025, 0.975].map(|part| sorted[(part * last).round() as usize])
}

/// The correlation (Pearson) of numbers that belong together pair by pair; 0 where one of the
/// two does not change, or they are not as many.
pub(super) fn correlation(one: &[f64], other: &[f64]) -> f64 {
    if one.len() != other.len() || one.is_empty() {
        return 0.0;
    }
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let means = [mean(one), mean(other)];
    let pairs = one.iter().zip(other);
    let [product, square, other_square] = pairs.fold([0.0; 3], |sums, (a, b)| {
        let (a, b) = (a - means[0], b - means[1]);
        [sums[0] + a * b, sums[1] + a * a, sums[2] + b * b]
    });
    let lengths = (square * other_square).sqrt();
    if lengths > 0.0 {
        (product / lengths).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_keeps_its_size_and_the_draws_are_always_the_same() {
        let groups = [7, 1, 7, 1, 1];
        let draws = |seed| resample(&groups, seed, <[f64]>::to_vec);
        let first = draws(3);
        assert_eq!(first.len(), RESAMPLES);
        for weights in &first {
            assert_eq!(weights[0] + weights[2], 2.0);
            assert_eq!(weights[1] + weights[3] + weights[4], 3.0);
        }
        assert_eq!(first, draws(3));
        assert_ne!(first, draws(4));
    }

    #[test]
    fn the_resampled_mean_scatters_as_it_should() {
        let numbers: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();
        let means = resample(&[0; 100], 1, |weights| {
            weighted_mean(weights.iter().copied().zip(numbers.iter().copied()))
        });
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        let squares = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
        let deviation = (squares / means.len() as f64).sqrt();
        // sqrt(1/4 / 100), within three of its own errors.
        assert!((mean - 0.5).abs() < 0.011 && (deviation - 0.05).abs() < 0.0075);
    }

    #[test]
    fn correlations_of_known_numbers() {
        assert_eq!(correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), 1.0);
        assert_eq!(correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
        assert_eq!(
            correlation(&[1.0, 2.0, 3.0, 2.0], &[2.0, 1.0, 2.0, 3.0]),
            0.0
        );
        assert_eq!(correlation(&[1.0, 2.0], &[5.0, 5.0]), 0.0);
        assert_eq!(correlation(&[1.0, 2.0], &[5.0]), 0.0);
    }
}
