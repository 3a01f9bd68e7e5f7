//! A learning rate that falls in steps.

/// `rate` times 0.1 for every entry of `after` that is at most `epoch`, counted
/// from 0: the rate after so many epochs (PyTorch's `MultiStepLR`).
pub fn decayed(rate: f64, after: &[usize], epoch: usize) -> f64 {
    let passed = after.iter().filter(|count| **count <= epoch).count();
    rate * 0.1_f64.powi(passed as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_after_each_count_of_epochs() {
        let rates = [0, 1, 2, 3].map(|epoch| decayed(0.5, &[2, 3], epoch));
        let expected = [0.5, 0.5, 0.05, 0.005];
        let pairs = rates.iter().zip(expected);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-15));
    }
}
