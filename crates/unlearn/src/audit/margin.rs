//! How clearly a model answers an image with its class.

use unlearn_data::Split;

use super::Subject;
use super::context::{labels, logits};

/// Margins beyond this count as this, as in arXiv 2410.23232.
const LARGEST: f64 = 100.0;

/// The margin of every sample, `z_y - log(sum over k != y of exp(z_k))` with logits z
/// and the true class y, held to `[-100, 100]`, in nats.
///
/// It is the logit-scaled confidence `log(p_y / (1 - p_y))` (arXiv 2112.03570) without
/// the rounding of a probability that is almost 1.
pub(super) fn margins(subject: &Subject, samples: &Split) -> Vec<f64> {
    let network = &subject.model.network;
    let rows = logits(network, samples, subject);
    let rows = rows.chunks_exact(network.class_count());
    let margins = rows
        .zip(labels(samples))
        .map(|(row, label)| margin(row, label));
    margins.collect()
}

fn margin(logits: &[f32], label: usize) -> f64 {
    let logits = logits.iter().map(|logit| f64::from(*logit)).enumerate();
    let others = logits.clone().filter(|(class, _)| *class != label);
    let most = others
        .clone()
        .fold(f64::NEG_INFINITY, |most, (_, logit)| most.max(logit));
    let sum: f64 = others.map(|(_, logit)| (logit - most).exp()).sum();
    let own = logits
        .filter(|(class, _)| *class == label)
        .map(|(_, logit)| logit);
    let margin = own.sum::<f64>() - most - sum.ln();
    // Of logits that are not finite nothing is said.
    match margin.is_nan() {
        true => 0.0,
        false => margin.clamp(-LARGEST, LARGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_the_log_odds_of_the_class() {
        // p = 1/2, 1/3, 1/6.
        let logits = [1.0f32 / 2.0, 1.0 / 3.0, 1.0 / 6.0].map(f32::ln);
        for (label, odds) in [(0, 1.0f64), (1, 0.5), (2, 0.2)] {
            assert!((margin(&logits, label) - odds.ln()).abs() < 1e-6, "{label}");
        }
    }

    #[test]
    fn a_margin_keeps_its_digits_where_the_probability_is_1() {
        let expected = 80.0 - 2f64.ln();
        assert!((margin(&[80.0, 0.0, 0.0], 0) - expected).abs() < 1e-9);
        assert_eq!(margin(&[300.0, 0.0], 0), LARGEST);
        assert_eq!(margin(&[300.0, 0.0], 1), -LARGEST);
        assert_eq!(margin(&[f32::NAN, 0.0], 1), 0.0);
    }
}
