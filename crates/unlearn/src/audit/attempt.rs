//! What attempts at training a class back come to, measured at some moments of each.

use super::resample::weighted_mean;

/// Per test image, at one moment of an attack, whether it counts: an image of the forgotten
/// classes answered right, or one of the kept classes answered with a forgotten class.
pub(super) type Hits = Vec<bool>;

/// What counts as having the class back.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    /// What the model before answers.
    pub before: Hits,
    /// By how much less than it recognises, as a share.
    pub slack: f64,
}

/// One rate and start: per draw, what counts at every moment.
pub(super) struct Attempt {
    pub draws: Vec<Vec<Hits>>,
    /// The rate and start, for people.
    pub choice: String,
}

/// What all attempts come to, by how often images and draws were drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub area: f64,
    /// The attempt with that area.
    pub best: usize,
    pub peak: f64,
    /// The attempt and the moment with that peak.
    pub peak_at: [usize; 2],
    pub steps: f64,
    /// The attempt with so many steps.
    pub fastest: usize,
}

/// Moments at which a model is measured, within so many steps.
pub(super) fn moments(steps: usize) -> Vec<usize> {
    let all = [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 75];
    let mut moments: Vec<usize> = all.into_iter().filter(|moment| *moment < steps).collect();
    moments.push(steps);
    moments
}

/// What attempts come to, by the signed weights of images and those of draws.
pub(super) fn found(
    attempts: &[Attempt],
    moments: &[usize],
    signed: &[f64],
    draws: &[f64],
    goal: Option<&Goal>,
) -> Found {
    let goal = goal.map(|goal| signed_sum(&goal.before, signed) - goal.slack);
    let tried = moments[moments.len() - 1];
    let over_steps = over_steps(moments);
    let mut most = Found {
        area: f64::NEG_INFINITY,
        peak: f64::NEG_INFINITY,
        steps: f64::INFINITY,
        ..Found::default()
    };
    for (attempt, Attempt { draws: courses, .. }) in attempts.iter().enumerate() {
        let courses = courses.iter().map(|course| {
            let gains = course.iter().map(|hits| signed_sum(hits, signed));
            gains.collect::<Vec<f64>>()
        });
        let courses: Vec<Vec<f64>> = courses.collect();
        let mean_of = |of: &dyn Fn(&[f64]) -> f64| {
            weighted_mean(
                draws
                    .iter()
                    .zip(&courses)
                    .map(|(weight, course)| (*weight, of(course))),
            )
        };
        let area = mean_of(&|course| {
            let parts = course.iter().zip(&over_steps);
            parts.map(|(gain, part)| gain * part).sum()
        });
        if area > most.area {
            (most.area, most.best) = (area, attempt);
        }
        for moment in 0..moments.len() {
            let peak = mean_of(&|course| course[moment]);
            if peak > most.peak {
                (most.peak, most.peak_at) = (peak, [attempt, moment]);
            }
        }
        let Some(goal) = goal else { continue };
        let steps =
            mean_of(&|course| steps_to(moments, course, goal).unwrap_or((tried + 1) as f64));
        if steps < most.steps {
            (most.steps, most.fastest) = (steps, attempt);
        }
    }
    most
}

/// The sum of the signed weights of what counts.
pub(super) fn signed_sum(hits: &Hits, signed: &[f64]) -> f64 {
    let pairs = hits.iter().zip(signed);
    pairs
        .map(|(hit, weight)| if *hit { *weight } else { 0.0 })
        .sum()
}

/// The part of every moment in the mean over the steps, straight lines between the moments.
pub(super) fn over_steps(moments: &[usize]) -> Vec<f64> {
    let last = moments[moments.len() - 1] as f64;
    let mut parts = vec![0.0; moments.len()];
    for (place, pair) in moments.windows(2).enumerate() {
        let half = (pair[1] - pair[0]) as f64 / 2.0 / last;
        parts[place] += half;
        parts[place + 1] += half;
    }
    parts
}

/// Where a course first reaches a goal, straight lines between the moments.
fn steps_to(moments: &[usize], course: &[f64], goal: f64) -> Option<f64> {
    let place = course.iter().position(|height| *height >= goal)?;
    let Some(before) = place.checked_sub(1) else {
        return Some(0.0);
    };
    let (x, y) = (
        [moments[before], moments[place]],
        [course[before], course[place]],
    );
    let part = (goal - y[0]) / (y[1] - y[0]);
    Some(x[0] as f64 + part * (x[1] - x[0]) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_begin_before_the_first_step_and_end_with_the_last() {
        assert_eq!(moments(12), [0, 1, 2, 3, 5, 8, 12]);
        assert_eq!(moments(10), [0, 1, 2, 3, 5, 8, 10]);
    }

    #[test]
    fn the_mean_over_steps_is_the_area_under_the_curve() {
        let parts = over_steps(&[0, 1, 5]);
        let area = |course: [f64; 3]| parts.iter().zip(course).map(|(p, y)| p * y).sum::<f64>();
        assert!((area([0.0, 1.0, 1.0]) - 0.9).abs() < 1e-12);
        assert!((area([0.25; 3]) - 0.25).abs() < 1e-12);
    }

    /// Of four images of the class; nothing is mistaken.
    fn attempt(course: [usize; 3]) -> Attempt {
        let hits = course.map(|count| (0..4).map(|image| image < count).collect());
        Attempt {
            draws: vec![hits.into()],
            choice: String::new(),
        }
    }

    #[test]
    fn steps_are_those_of_the_fastest_attack_not_of_the_one_with_the_largest_area() {
        // The first reaches 3 of 4 at step 1 and breaks; the second later, and stays.
        let attempts = [attempt([0, 3, 0]), attempt([0, 2, 4])];
        let goal = Goal {
            before: vec![true; 4],
            slack: 0.25,
        };
        let most = found(&attempts, &[0, 1, 9], &[0.25; 4], &[1.0], Some(&goal));
        assert_eq!((most.best, most.fastest), (1, 0));
        assert_eq!(most.steps, 1.0);
        assert_eq!((most.peak, most.peak_at), (1.0, [1, 2]));
        // The goal moves with the images: without the third none is there yet at step 1.
        let some = [0.5, 0.0, 0.0, 0.5];
        let most = found(&attempts, &[0, 1, 9], &some, &[1.0], Some(&goal));
        assert!((most.steps - 5.0).abs() < 1e-12, "{}", most.steps);
    }

    #[test]
    fn a_goal_that_no_attack_reaches_counts_a_step_more_than_were_tried() {
        let goal = Goal {
            before: vec![true; 4],
            slack: 0.0,
        };
        let most = found(
            &[attempt([0, 1, 1])],
            &[0, 1, 9],
            &[0.25; 4],
            &[1.0],
            Some(&goal),
        );
        assert_eq!(most.steps, 10.0);
    }

    #[test]
    fn a_goal_is_reached_between_two_moments() {
        let course = [0.0, 20.0, 60.0];
        assert_eq!(steps_to(&[0, 2, 6], &course, 40.0), Some(4.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 0.0), Some(0.0));
        assert_eq!(steps_to(&[0, 2, 6], &course, 61.0), None);
    }
}
