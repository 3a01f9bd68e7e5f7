//! How the learning rate changes while training.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// The learning rate as a function of the step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same at every step.
    Constant,
    /// From the peak down to 0 along half a cosine.
    Cosine,
    /// Up from a 25th of the peak during the first 30 % of the steps, then
    /// down to almost 0, both along half a cosine (Smith and Topin, 2018).
    #[default]
    OneCycle,
}

/// The part of the steps in which one-cycle rises.
const WARM_UP: f64 = 0.3;
/// One-cycle starts at the peak divided by this.
const START: f64 = 25.0;
/// One-cycle ends at its start divided by this.
const END: f64 = 1e4;

impl Schedule {
    /// The learning rate at `step` of `steps`, counted from 0.
    pub fn learning_rate(self, peak: f64, step: usize, steps: usize) -> f64 {
        let between =
            |from: f64, to: f64, part: f64| to + (from - to) * (1.0 + (PI * part).cos()) / 2.0;
        match self {
            Self::Constant => peak,
            Self::Cosine => between(peak, 0.0, step as f64 / steps as f64),
            Self::OneCycle => {
                let last = (steps.max(2) - 1) as f64;
                let top = WARM_UP * last;
                let step = step as f64;
                match step < top {
                    true => between(peak / START, peak, step / top),
                    false => between(peak, peak / START / END, (step - top) / (last - top)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle_rises_to_the_peak_and_falls_to_almost_nothing() {
        let rates: Vec<f64> = (0..101)
            .map(|step| Schedule::OneCycle.learning_rate(0.1, step, 101))
            .collect();
        assert!((rates[0] - 0.004).abs() < 1e-12);
        assert!((rates[30] - 0.1).abs() < 1e-12);
        assert!((rates[100] - 4e-7).abs() < 1e-12);
        assert!(rates[..=30].is_sorted() && rates[30..].iter().rev().is_sorted());
    }

    #[test]
    fn cosine_is_at_half_the_peak_half_way() {
        let rate = |step| Schedule::Cosine.learning_rate(0.2, step, 10);
        assert_eq!(rate(0), 0.2);
        assert!((rate(5) - 0.1).abs() < 1e-12);
        assert_eq!(Schedule::Constant.learning_rate(0.3, 7, 10), 0.3);
    }

    #[test]
    fn a_single_step_is_finite() {
        for schedule in [Schedule::Constant, Schedule::Cosine, Schedule::OneCycle] {
            assert!(schedule.learning_rate(0.1, 0, 1).is_finite());
        }
    }
}
