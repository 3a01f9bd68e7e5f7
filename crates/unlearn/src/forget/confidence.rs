//! How sure the codes make it that real images are forgotten.

/// The log-odds `ln(p / (1 - p))` of the right class, `p = exp(-loss)` its
/// probability: `-ln(exp(loss) - 1)`, for a loss in nats. At most 691: a loss
/// that is almost or exactly 0 counts as 1e-300.
pub fn log_odds(loss: f64) -> f64 {
    match loss < 700.0 {
        true => -loss.max(1e-300).exp_m1().ln(),
        // exp leaves the range of doubles, and the 1 is long lost.
        false => -loss,
    }
}

/// Mean and deviation of `ln(needed fall)` over classes: the fall of a code's
/// log-odds, as a multiple of what they were, with which 99 % of the class's
/// images were forgotten. Fitted by `experiments/confidence.py` on training images.
const NEEDED: [f64; 2] = [0.398, 0.185];

/// The probability, from the code's loss before and after alone, that at least
/// 99 % of the class's images are answered wrong:
///
/// `Phi((ln fall - m) / s)`, `fall = (o_before - o_after) / o_before`,
///
/// o the log-odds of the class on its code, m and s the mean and the deviation
/// of the logarithm of the fall that was needed over the classes of docs/forgetting.md.
/// It holds for images like those that the network was trained on. `None` where the
/// network did not decode the code before: then its loss says nothing of images.
pub fn confidence(loss_before: f64, loss_after: f64) -> Option<f64> {
    let [before, after] = [loss_before, loss_after].map(log_odds);
    if !(before > 0.0 && after.is_finite()) {
        return None;
    }
    let fall = (before - after) / before;
    let [mean, deviation] = NEEDED;
    // A fall of 0 or less gives minus infinity or no number: no confidence.
    let probability = normal_cdf((fall.max(0.0).ln() - mean) / deviation);
    Some(probability)
}

/// The distribution function of the standard normal distribution.
fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / 2f64.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_are_those_of_the_probability() {
        for p in [0.999_999, 0.7, 0.5, 1e-9f64] {
            let expected = (p / (1.0 - p)).ln();
            assert!((log_odds(-p.ln()) - expected).abs() < 1e-6, "{p}");
        }
        assert_eq!(log_odds(5000.0), -5000.0);
        assert!(log_odds(0.0) > 690.0 && log_odds(0.0) < 691.0);
        assert!((log_odds(699.0) + 699.0).abs() < 1e-9);
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (z, expected) in [(0.0, 0.5), (1.96, 0.975_002), (-1.0, 0.158_655)] {
            assert!((normal_cdf(z) - expected).abs() < 1e-6, "{z}");
        }
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn confidence_grows_with_the_fall_and_needs_a_code_that_was_known() {
        let known = 0.001;
        let falls = [0.001, 1.0, 8.0, 30.0].map(|after| confidence(known, after).unwrap());
        assert!(falls.windows(2).all(|pair| pair[0] < pair[1]), "{falls:?}");
        assert!(falls[0] < 1e-6 && falls[3] > 0.99, "{falls:?}");
        assert_eq!(confidence(2.0, 30.0), None);
        assert_eq!(confidence(known, f64::INFINITY), None);
    }
}
