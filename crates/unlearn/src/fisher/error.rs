//! How far an estimate of a Fisher diagonal lies from the exact one.

use serde::{Deserialize, Serialize};

use super::Fisher;
use crate::network::Network;

/// How far an estimate f^ lies from the exact diagonal f, over all parameters of a network
/// (figure 5 of the paper, which does not define its measure).
///
/// Codes are fitted to almost zero loss and f is small itself, so an estimate of nothing but zeros
/// has a small absolute error too, and stands beside: its relative error is 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FisherError {
    /// `mean_i |f^_i - f_i|`, in nats^2 per squared unit of a parameter.
    pub mean_absolute: f64,
    /// `mean_i f_i`: the mean absolute error of zeros.
    pub mean_absolute_of_zeros: f64,
    /// `|f^ - f|_2 / |f|_2`; none where f is 0.
    pub relative: Option<f64>,
    /// See [`rank_correlation`].
    pub rank_correlation: Option<f64>,
}

impl FisherError {
    /// Of two diagonals of the same network.
    pub fn new(network: &Network, estimate: &Fisher, exact: &Fisher) -> Self {
        let [estimate, exact] = [estimate, exact].map(|fisher| {
            let parameters = 0..network.parameters().len();
            let values = parameters.filter_map(|parameter| fisher.values(parameter));
            values.flatten().collect::<Vec<f64>>()
        });
        Self::of_values(&estimate, &exact)
    }

    fn of_values(estimate: &[f64], exact: &[f64]) -> Self {
        let differences = || estimate.iter().zip(exact).map(|(one, other)| one - other);
        let length = |numbers: &mut dyn Iterator<Item = f64>| {
            numbers.map(|number| number.powi(2)).sum::<f64>().sqrt()
        };
        let (error, size) = (
            length(&mut differences()),
            length(&mut exact.iter().copied()),
        );
        let count = exact.len() as f64;
        Self {
            mean_absolute: differences().map(f64::abs).sum::<f64>() / count,
            mean_absolute_of_zeros: exact.iter().sum::<f64>() / count,
            relative: (size > 0.0).then(|| error / size),
            rank_correlation: rank_correlation(estimate, exact),
        }
    }
}

/// Spearman's rank correlation: that of the places which numbers take in order, equal ones sharing
/// the mean of theirs. None where either has no two different numbers.
///
/// # Panics
/// If the two differ in length.
pub fn rank_correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    assert_eq!(one.len(), other.len(), "numbers that belong together");
    let (one, other) = (centred_ranks(one), centred_ranks(other));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = product(&one, &one) * product(&other, &other);
    (scale > 0.0).then(|| product(&one, &other) / scale.sqrt())
}

/// The places of numbers in order, less their mean.
fn centred_ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_unstable_by(|one, other| numbers[*one].total_cmp(&numbers[*other]));
    let mut ranks = vec![0.0; numbers.len()];
    let middle = (numbers.len() as f64 - 1.0) / 2.0;
    let mut first = 0;
    for equal in order.chunk_by(|one, other| numbers[*one] == numbers[*other]) {
        let rank = first as f64 + (equal.len() as f64 - 1.0) / 2.0 - middle;
        equal.iter().for_each(|place| ranks[*place] = rank);
        first += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_the_formulas() {
        let error = FisherError::of_values(&[1.0, 0.0, 5.0], &[3.0, 0.0, 4.0]);
        assert_eq!(error.mean_absolute, 1.0);
        assert!((error.mean_absolute_of_zeros - 7.0 / 3.0).abs() < 1e-15);
        assert!((error.relative.unwrap() - 5f64.sqrt() / 5.0).abs() < 1e-15);
        assert_eq!(error.rank_correlation, Some(1.0));
    }

    #[test]
    fn zeros_are_wrong_by_all_there_is() {
        let zeros = FisherError::of_values(&[0.0; 3], &[3.0, 0.0, 4.0]);
        assert_eq!(zeros.mean_absolute, zeros.mean_absolute_of_zeros);
        assert_eq!(zeros.relative, Some(1.0));
        assert_eq!(zeros.rank_correlation, None, "zeros have no order");
    }

    /// Spearman's coefficient of (1, 2, 2, 4) and (1, 3, 2, 3) by hand: ranks 1, 2.5, 2.5, 4 and 1, 3.5, 2, 3.5,
    /// products of what is left without their means 3.75, squares 4.5 and 4.5.
    #[test]
    fn equal_numbers_share_their_ranks() {
        let found = rank_correlation(&[1.0, 2.0, 2.0, 4.0], &[1.0, 3.0, 2.0, 3.0]).unwrap();
        assert!((found - 3.75 / 4.5).abs() < 1e-15, "{found}");
        let turned = rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 5.0, 1.0]).unwrap();
        assert!((turned + 1.0).abs() < 1e-15);
    }
}
