//! How well scores tell two groups apart.

use super::Estimate;

/// The area under the ROC curve of telling the first scores from the second by
/// being higher, with DeLong's interval, and what every score adds to it (DeLong's components,
/// less their mean).
pub fn area([ours, theirs]: [&[f64]; 2]) -> (Estimate, Vec<f64>) {
    let sorted = |scores: &[f64]| {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    // The part of `others` below each score, ties counted half.
    let below = |scores: &[f64], others: &[f64]| -> Vec<f64> {
        let parts = scores.iter().map(|score| {
            let less = others.partition_point(|other| other < score);
            let not_more = others.partition_point(|other| other <= score);
            (less + not_more) as f64 / 2.0 / others.len() as f64
        });
        parts.collect()
    };
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let of_ours = below(ours, &sorted(theirs));
    let of_theirs = below(theirs, &sorted(ours));
    let variance = |numbers: &[f64]| {
        let mean = mean(numbers);
        let squares = numbers
            .iter()
            .map(|number| (number - mean).powi(2))
            .sum::<f64>();
        squares / (numbers.len() - 1) as f64 / numbers.len() as f64
    };
    let error = (variance(&of_ours) + variance(&of_theirs)).sqrt();
    let area = mean(&of_ours);
    let added = of_ours
        .iter()
        .map(|part| (part - area) / of_ours.len() as f64);
    let parts = of_theirs.iter().map(|part| 1.0 - part);
    let added = added.chain(parts.map(|part| (part - area) / of_theirs.len() as f64));
    (Estimate::normal(area, error), added.collect())
}

/// The curve whichever way round: `0.5 + |area - 0.5|`, with an interval that holds what the area's own
/// holds (from 0.5 where that holds 0.5), and what every score adds to it.
pub fn either_way((area, moves): (Estimate, Vec<f64>)) -> (Estimate, Vec<f64>) {
    let turned = |number: f64| 0.5 + (number - 0.5).abs();
    let moves = match area.value < 0.5 {
        true => moves.iter().map(|part| -part).collect(),
        false => moves,
    };
    let Some([low, high]) = area.interval else {
        return (Estimate::exact(turned(area.value)), moves);
    };
    let least = if low <= 0.5 && high >= 0.5 {
        0.5
    } else {
        turned(low).min(turned(high))
    };
    let ends = [least, turned(low).max(turned(high)).min(1.0)];
    (Estimate::within(turned(area.value), ends), moves)
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;

    #[test]
    fn equal_distributions_are_told_apart_by_chance_only() {
        let mut random = stream(5, "scores");
        let mut draw = |count: usize| (0..count).map(|_| random.random()).collect::<Vec<f64>>();
        let (ours, theirs) = (draw(400), draw(300));
        let [low, high] = area([&ours, &theirs]).0.interval.unwrap();
        assert!(low < 0.5 && high > 0.5, "{low} {high}");
        // Of two uniform samples the error is about sqrt((1/m + 1/n) / 12).
        let expected = 2.0 * 1.96 * ((1.0 / 400.0 + 1.0 / 300.0) / 12.0f64).sqrt();
        assert!(((high - low) / expected - 1.0).abs() < 0.1, "{low} {high}");
    }

    #[test]
    fn scores_that_never_cross_are_told_apart_every_time() {
        let area = |ours: &[f64], theirs: &[f64]| area([ours, theirs]).0.value;
        assert_eq!(area(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(area(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        assert_eq!(area(&[1.0, 1.0], &[1.0, 1.0]), 0.5);
    }

    #[test]
    fn members_with_higher_losses_are_told_just_as_well() {
        let area = |value: f64, half: f64| {
            let area = Estimate::within(value, [value - half, value + half]);
            either_way((area, vec![1.0])).0
        };
        let close = |estimate: Estimate, value: f64, [low, high]: [f64; 2]| {
            let [found_low, found_high] = estimate.interval.unwrap();
            let pairs = [
                (estimate.value, value),
                (found_low, low),
                (found_high, high),
            ];
            assert!(
                pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12),
                "{estimate:?}"
            );
        };
        close(area(0.25, 0.125), 0.75, [0.625, 0.875]);
        close(area(0.75, 0.125), 0.75, [0.625, 0.875]);
        close(area(0.5, 0.125), 0.5, [0.5, 0.625]);
        close(area(0.4375, 0.125), 0.5625, [0.5, 0.6875]);
        close(area(0.9375, 0.125), 0.9375, [0.8125, 1.0]);
        let moves = |value: f64| either_way((Estimate::exact(value), vec![1.0])).1;
        assert_eq!((moves(0.25), moves(0.75)), (vec![-1.0], vec![1.0]));
    }

    #[test]
    fn what_scores_add_has_the_variance_of_the_area() {
        let mut random = stream(6, "scores");
        let mut draw = |count: usize| (0..count).map(|_| random.random()).collect::<Vec<f64>>();
        let (ours, theirs) = (draw(300), draw(200));
        let (area, added) = area([&ours, &theirs]);
        let [low, high] = area.interval.unwrap();
        let error = (high - low) / 2.0 / 1.959_963_984_540_054;
        let variance = added.iter().map(|part| part * part).sum::<f64>();
        assert!((variance.sqrt() / error - 1.0).abs() < 0.01);
        assert!(added.iter().sum::<f64>().abs() < 1e-9);
    }
}
