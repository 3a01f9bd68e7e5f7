//! How sure the codes make it that classes are forgotten.

use unlearn_report::ConfidenceRecord;

/// How far the prediction can be relied on.
const CONFIDENCE_NOTE: &str = "On test images 99.3 % of 460 predictions from 95 to 99.9 % held, and all of 460 higher ones; \
                               not so on images unlike those tried (docs/forgetting.md).";

/// What a probability stands for.
const MEANING: &str = "Forgotten: at least 99 % of images like the training ones answered wrong, \
                       predicted from the code alone.";

/// Why there is no probability.
const UNKNOWN: &str = "not predicted (it is for codes that were known, after `mnemonic` at its own strength): \
                       `evaluate` measures it, `audit` looks for traces";

/// A line per class, and what it means.
pub fn confidence_lines(classes: &[ConfidenceRecord]) -> String {
    let lines = classes.iter().map(|class| {
        let sure = match class.confidence {
            Some(confidence) => probability(confidence),
            None => UNKNOWN.to_owned(),
        };
        format!(
            "{}: sure that its images are forgotten: {sure}\n",
            class.class
        )
    });
    let lines: String = lines.collect();
    match classes.iter().any(|class| class.confidence.is_some()) {
        true => format!("{lines}{MEANING}\n{CONFIDENCE_NOTE}\n"),
        false => lines,
    }
}

/// `97.3 %`; no more is claimed than `>99.9 %`.
pub fn probability(probability: f64) -> String {
    match probability > 0.999 {
        true => ">99.9 %".to_owned(),
        false => format!("{:.1} %", 100.0 * probability),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_certain() {
        assert_eq!(probability(1.0), ">99.9 %");
        assert_eq!(probability(0.999_01), ">99.9 %");
        assert_eq!(probability(0.998_99), "99.9 %");
        assert_eq!(probability(0.0), "0.0 %");
    }

    #[test]
    fn a_code_that_was_not_known_says_nothing() {
        let class = |name: &str, confidence| ConfidenceRecord {
            class: name.to_owned(),
            loss_before: 2.0,
            loss_after: 20.0,
            is_decoded: false,
            confidence,
        };
        let lines = confidence_lines(&[class("a", None), class("b", Some(0.5))]);
        assert!(lines.contains("a: sure that its images are forgotten: not predicted"));
        let alone = confidence_lines(&[class("a", None)]);
        assert!(alone.ends_with(&format!("{UNKNOWN}\n")));
        assert!(lines.contains("b: sure that its images are forgotten: 50.0 %\n"));
        assert!(lines.ends_with(&format!("{CONFIDENCE_NOTE}\n")));
    }
}
