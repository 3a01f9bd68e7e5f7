//! Normal distributions of a number that several models give to each sample.

/// The smallest variance, so that models that all say the same can be fitted.
const SMALLEST: f64 = 1e-6;

/// A normal distribution per sample over models: a mean of its own, and one variance
/// for all samples together, `sum (x - mean)^2 / ((models - 1) samples)`.
///
/// Of a few models a variance per sample would be little more than noise; the common
/// one is what Carlini et al. (2022, arXiv 2112.03570) take below 64 models.
#[derive(Clone, Debug)]
pub(super) struct NormalFit {
    /// Per sample.
    pub means: Vec<f64>,
    /// Of all samples.
    pub variance: f64,
}

impl NormalFit {
    /// Fits to `models[model][sample]`, at least two models.
    pub fn new(models: &[&[f64]]) -> Self {
        let (count, samples) = (models.len() as f64, models[0].len());
        let means = (0..samples).map(|sample| {
            let numbers = models.iter().map(|numbers| numbers[sample]);
            numbers.sum::<f64>() / count
        });
        let means: Vec<f64> = means.collect();
        let squares = models.iter().flat_map(|numbers| {
            let pairs = numbers.iter().zip(&means);
            pairs.map(|(number, mean)| (number - mean).powi(2))
        });
        let freedom = (count - 1.0) * samples as f64;
        let variance = (squares.sum::<f64>() / freedom).max(SMALLEST);
        Self { means, variance }
    }

    /// The logarithm of the density of a sample's number, less that of `sqrt(2 pi)`.
    pub fn log_density(&self, sample: usize, number: f64) -> f64 {
        let distance = number - self.means[sample];
        -0.5 * (self.variance.ln() + distance * distance / self.variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_its_mean_and_all_have_one_variance() {
        let fit = NormalFit::new(&[&[1.0, 10.0], &[3.0, 10.0], &[5.0, 13.0]]);
        assert_eq!(fit.means, [3.0, 11.0]);
        // (4 + 0 + 4 + 1 + 1 + 4) / (2 * 2).
        assert_eq!(fit.variance, 3.5);
        let expected = -0.5 * (3.5f64.ln() + 4.0 / 3.5);
        assert!((fit.log_density(0, 5.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn models_that_agree_have_the_smallest_variance() {
        let fit = NormalFit::new(&[&[1.0], &[1.0]]);
        assert_eq!(fit.variance, SMALLEST);
    }
}
