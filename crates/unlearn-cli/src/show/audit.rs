//! An audit.

use std::path::Path;

use unlearn::audit::Role;
use unlearn_report::{AuditEntry, AuditRecord, FigureRow};

use crate::table::grid;

/// The first figure of every audit for all models, what each says, what they say
/// together, and what they do not show.
pub fn audit(record: &AuditRecord, page: &Path) -> String {
    let roles = record.roles();
    let made = record.audits.iter().filter(|audit| audit.skipped.is_none());
    let rows = made.map(|audit| {
        let figure = audit.figures.first();
        let value = |role| figure.map_or(String::new(), |figure| value(figure, &roles, role));
        vec![
            audit.title.clone(),
            value(Role::Before),
            value(Role::BiasShift),
            value(Role::After),
            figure.map_or(String::new(), |figure| retrained(figure, &roles)),
            audit.conclusion.words().to_owned(),
        ]
    });
    let table = grid(
        &[
            "audit",
            "before",
            "bias shift",
            "after",
            "retrained",
            "says",
        ],
        rows,
    );
    let skipped = record
        .audits
        .iter()
        .filter_map(not_made)
        .collect::<String>();
    let gates = record.gates.iter().map(|gate| {
        let verdict = if gate.passed { "kept" } else { "broken" };
        format!("gate {verdict}: {}\n", gate.reason)
    });
    format!(
        "{table}\n{}\n\n{skipped}{}the page to read: {}\n",
        record.summary,
        gates.collect::<String>(),
        page.display()
    )
}

fn value(figure: &FigureRow, roles: &[Role], role: Role) -> String {
    let pair = figure.of_role(roles, role);
    pair.map_or("-".to_owned(), |(estimate, _)| {
        figure.unit_text(estimate.value)
    })
}

fn retrained(figure: &FigureRow, roles: &[Role]) -> String {
    match figure.retrained_range(roles) {
        Some([low, high]) if figure.unit_text(low) == figure.unit_text(high) => {
            figure.unit_text(low)
        }
        Some([low, high]) => format!("{} to {}", figure.unit_text(low), figure.unit_text(high)),
        None => "-".to_owned(),
    }
}

fn not_made(audit: &AuditEntry) -> Option<String> {
    let reason = audit.skipped.as_ref()?;
    // A title that asks ends its own sentence.
    let end = if audit.title.ends_with('?') { "" } else { "." };
    Some(format!("not made: {}{end} {reason}\n", audit.title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unlearn::audit::AUDITS;

    #[test]
    fn a_line_on_an_audit_that_was_not_made_reads_as_two_sentences() {
        let entries = AUDITS.iter();
        let entries = entries.map(|audit| AuditEntry::skipped(*audit, "It needs codes."));
        let lines: Vec<String> = entries.filter_map(|entry| not_made(&entry)).collect();
        assert!(lines.iter().any(|line| line.contains("decode? It needs")));
        let ended = |line: &String| line.contains(". It needs") || line.contains("? It needs");
        assert!(lines.iter().all(ended), "{lines:?}");
    }
}
