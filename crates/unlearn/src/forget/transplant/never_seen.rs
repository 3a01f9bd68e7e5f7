//! The unit of a class that was never seen, made from the codes.

use super::code_features;
use crate::forget::{Context, ForgetError};
use crate::network::{ClassifierUnit, Value};

/// Rounds over all codes, at most; each code's equation is solved exactly while the others stand still.
const MOST_ROUNDS: usize = 10_000;

/// Halvings of the interval in which an equation's solution lies.
const HALVINGS: usize = 60;

/// The gradient at the end, as a part of the pull of the weight decay. The cost bends by `weight_decay`
/// at least, so the unit is then off by no larger a part of its own length.
const TOLERANCE: f64 = 1e-6;

/// The unit `(w, b)` that training would end with for a class without samples: the minimum of
///
/// ```text
/// mean over codes i of log(1 + exp(w . h_i + b - m_i))  +  weight_decay / 2 (|w|^2 + b^2)
/// ```
///
/// with `h_i` the features of code i and `m_i` the log of the sum of the exponentials of the kept
/// classes' logits: the part of the cross-entropy that one more output adds. The codes are those of
/// all classes: the forgotten ones' images are to get a kept class's answer as well. At the minimum
/// `(w, b) = -sum_i a_i (h_i, 1)` with `weight_decay n a_i` the probability that the unit
/// takes on code i: one equation per code, solved code after code (coordinate descent in the
/// dual, Yu, Huang, Lin, "Dual coordinate descent methods for logistic regression", 2011), until
/// the gradient's length is 1e-6 of the weight decay's part in it.
///
/// # Errors
/// If there are no codes, the network has no classifier layer of its own, or the minimum is
/// not found in 10000 rounds, as with hardly any weight decay.
pub fn never_seen(
    context: Context<'_>,
    method: &'static str,
    weight_decay: f64,
) -> Result<ClassifierUnit, ForgetError> {
    let network = &context.model.network;
    let codes = context.codes(method)?;
    let Some([body, head]) = network.split() else {
        return Err(ForgetError::no_classifier(method));
    };
    let kept = context.request.kept();
    let classes = context.request.classes();
    let features = code_features(context, codes, &body, &classes);
    let margins = margins(&head.forward(features.clone()), kept);
    let width = features.element_count() / classes.len();
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(classes.len());
    let has_bias = network.classifier_unit(0).bias.is_some();
    features.read(|numbers| {
        rows.extend(numbers.chunks_exact(width).map(|row| {
            let row = row.iter().map(|number| f64::from(*number));
            row.chain(has_bias.then_some(1.0)).collect()
        }));
    });
    let unit = least(&rows, &margins, weight_decay).ok_or(ForgetError::NotConverged {
        method,
        rounds: MOST_ROUNDS,
        advice: "try a larger weight_decay",
    })?;
    let mut unit = unit.into_iter().map(|number| number as f32);
    Ok(ClassifierUnit {
        weights: unit.by_ref().take(width).collect(),
        bias: unit.next(),
    })
}

/// Per sample, the log of the sum of the exponentials of the kept classes' logits.
fn margins(logits: &Value, kept: &[usize]) -> Vec<f64> {
    let classes = logits.shape()[1];
    let rows = logits.to_vec();
    let rows = rows.chunks_exact(classes);
    let margin = |row: &[f32]| {
        let of_kept = || kept.iter().map(|class| f64::from(row[*class]));
        let top = of_kept().fold(f64::NEG_INFINITY, f64::max);
        top + of_kept().map(|logit| (logit - top).exp()).sum::<f64>().ln()
    };
    rows.map(margin).collect()
}

/// The minimum over u of `mean_i log(1 + exp(u . rows_i - margins_i)) + weight_decay / 2 |u|^2`;
/// none if it was not found.
fn least(rows: &[Vec<f64>], margins: &[f64], weight_decay: f64) -> Option<Vec<f64>> {
    let mut unit = vec![0.0; rows[0].len()];
    let mut shares = vec![0.0; rows.len()];
    let scale = weight_decay * rows.len() as f64;
    for _ in 0..MOST_ROUNDS {
        for ((row, margin), share) in rows.iter().zip(margins).zip(&mut shares) {
            let square = dot(row, row);
            // Of the code without its own share, which can only lower it.
            let alone = dot(row, &unit) + *share * square - margin;
            let solved = solved(
                |a| scale * a - logistic(alone - a * square),
                logistic(alone) / scale,
            );
            let moved = solved - *share;
            unit.iter_mut().zip(row).for_each(|(u, h)| *u -= moved * h);
            *share = solved;
        }
        let pull = weight_decay * length(&unit);
        let slope = length(&gradient(&unit, rows, margins, weight_decay));
        // Numbers that left the range of doubles do not come back.
        if !(slope.is_finite() && pull.is_finite()) {
            return None;
        }
        if slope <= TOLERANCE * pull {
            return Some(unit);
        }
    }
    None
}

/// The gradient of what [`least`] makes least.
fn gradient(unit: &[f64], rows: &[Vec<f64>], margins: &[f64], weight_decay: f64) -> Vec<f64> {
    let mut gradient: Vec<f64> = unit.iter().map(|u| weight_decay * u).collect();
    for (row, margin) in rows.iter().zip(margins) {
        let part = logistic(dot(row, unit) - margin) / rows.len() as f64;
        gradient
            .iter_mut()
            .zip(row)
            .for_each(|(g, h)| *g += part * h);
    }
    gradient
}

fn logistic(number: f64) -> f64 {
    1.0 / (1.0 + (-number).exp())
}

/// Where a rising function is 0 between 0 and `most`.
fn solved(function: impl Fn(f64) -> f64, most: f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        match function(middle) < 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    0.5 * (low + high)
}

fn length(numbers: &[f64]) -> f64 {
    dot(numbers, numbers).sqrt()
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_unit_costs_less() {
        let rows = [
            vec![2.0, 0.5, 1.0],
            vec![0.1, 3.0, 1.0],
            vec![1.0, 1.0, 1.0],
        ];
        let (margins, weight_decay) = ([3.0, 1.0, -2.0], 0.01);
        let cost = |unit: &[f64]| {
            let of_rows = rows.iter().zip(margins);
            let of_rows = of_rows.map(|(row, margin)| (dot(row, unit) - margin).exp().ln_1p());
            of_rows.sum::<f64>() / 3.0 + weight_decay / 2.0 * dot(unit, unit)
        };
        let unit = least(&rows, &margins, weight_decay).unwrap();
        assert!(unit.iter().any(|u| u.abs() > 0.1), "{unit:?}");
        for place in 0..3 {
            for step in [-1e-3, 1e-3] {
                let mut other = unit.clone();
                other[place] += step;
                assert!(cost(&other) > cost(&unit), "{place} {step}");
            }
        }
    }
    /// A hundred rounds are too few for such codes, which point the same way.
    #[test]
    fn the_minimum_is_found_or_said_not_to_be() {
        let rows: Vec<Vec<f64>> = (0..20)
            .map(|code| vec![3.0, 2.0 + 0.1 * f64::from(code), f64::from(code % 3), 1.0])
            .collect();
        let margins: Vec<f64> = (0..20).map(|code| f64::from(code % 7) - 2.0).collect();
        for weight_decay in [1e-1, 5e-4, 1e-6] {
            let unit = least(&rows, &margins, weight_decay).unwrap();
            let slope = length(&gradient(&unit, &rows, &margins, weight_decay));
            assert!(slope <= 1e-6 * weight_decay * length(&unit), "{slope}");
        }
        assert_eq!(least(&rows, &margins, 1e-300), None);
        assert_eq!(least(&rows, &[f64::NAN; 20], 1e-1), None);
    }
}
