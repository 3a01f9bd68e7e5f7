//! A request to forget.

use std::path::Path;

use unlearn::forget::CodeMeasures;
use unlearn_report::{ForgetRecord, GateRecord, StepRecord};

use super::confidence::confidence_lines;
use super::steps::{curves, steps};
use super::{count, percent, seconds, short};
use crate::table::{grid, pairs};

/// What was forgotten, how, what moved, and what the codes say. In a dry run,
/// what other strengths would do, and what would move in every tensor.
pub fn forget(record: &ForgetRecord, out: Option<&Path>) -> String {
    let classes = |names: &[String]| Some(names.join(", ")).filter(|_| !names.is_empty());
    let changed = format!(
        "{} of {}",
        count(record.parameters_changed),
        count(record.parameters_total)
    );
    let codes = |text: fn(&CodeMeasures) -> String| record.codes.as_ref().map(text);
    let out = out.filter(|_| !record.dry_run);
    let mut rows = vec![
        ("method", Some(record.method.clone())),
        ("chosen because", record.chosen_because.clone()),
        ("classes", classes(&record.classes)),
        ("forgotten before", classes(&record.forgotten_before)),
        ("strength", record.strength.clone()),
        ("sign", record.sign.map(|sign| sign.symbol().to_owned())),
        ("lambda1", record.lambda1.map(short)),
        ("lambda2", record.lambda2.map(short)),
        ("scope", record.scope.clone()),
        ("settings", settings(record)),
        ("forgetting", Some(seconds(record.forget_seconds))),
        ("backward passes", Some(count(record.backward_passes))),
        ("parameters changed", Some(changed)),
        (
            "largest change",
            Some(format!("{:.3e}", record.largest_change)),
        ),
        (
            "error on forgotten codes",
            codes(|codes| percent(codes.forgotten_error_percent)),
        ),
        (
            "accuracy on kept codes",
            codes(|codes| percent(codes.kept_accuracy_percent)),
        ),
        (
            "loss on forgotten codes",
            codes(|codes| format!("{:.3}", codes.forgotten_loss)),
        ),
        (
            "loss on kept codes",
            codes(|codes| format!("{:.3}", codes.kept_loss)),
        ),
    ];
    rows.extend(record.gate.iter().flat_map(gate));
    rows.push(("model", out.map(|out| out.display().to_string())));
    let rows = rows.into_iter();
    let rows = rows.filter_map(|(name, value)| Some((name, value?)));
    let mut text = pairs(&rows.collect::<Vec<_>>());
    text.push('\n');
    let missed = |step: &StepRecord| step.reached == Some(false);
    if record.steps.len() > 1 || record.steps.iter().any(missed) {
        text += &format!("{}\n", steps(&record.steps));
    }
    text += &confidence_lines(&record.confidence);
    if record.dry_run {
        text += &format!(
            "\n{}{}\nnothing was written (dry run)\n",
            curves(&record.steps),
            changes(record)
        );
    }
    text
}

/// What the method was told; strength and scope have rows of their own.
fn settings(record: &ForgetRecord) -> Option<String> {
    let told = record.choices.iter();
    let told = told.filter(|(name, _)| !["strength", "scope"].contains(&name.as_str()));
    let told: Vec<String> = told
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// What was demanded of the result, and what it came to.
fn gate(gate: &GateRecord) -> Vec<(&'static str, Option<String>)> {
    let rise = gate.max_kept_loss.zip(gate.kept_loss_rise);
    let rise = rise.map(|(most, rise)| format!("{rise:+.4} nats, at most {most}"));
    let check = gate.check.as_ref();
    let kept = check.map(|check| {
        let [before, after] = [
            check.kept_accuracy_before_percent,
            check.kept_accuracy_after_percent,
        ];
        let most = check.max_kept_drop;
        format!(
            "{} -> {}, may fall by {most}",
            percent(before),
            percent(after)
        )
    });
    let error = check.map(|check| match check.forgotten_error_percent {
        Some(error) => percent(error),
        None => "no images".to_owned(),
    });
    let verdict = match gate.passed {
        true => "passed",
        false => "not passed",
    };
    vec![
        ("kept codes' loss rose by", rise),
        ("accuracy on kept images", kept),
        ("error on forgotten images", error),
        ("gate", Some(verdict.to_owned())),
    ]
}

fn changes(record: &ForgetRecord) -> String {
    let rows = record.changes.iter().map(|change| {
        vec![
            change.name.clone(),
            count(change.changed),
            count(change.elements),
            format!("{:.3e}", change.largest_change),
        ]
    });
    grid(&["tensor", "would change", "of", "largest change"], rows)
}
