//! What the audits say together, and each in a line.

use maud::{Markup, html};
use unlearn::audit::Role;

use super::mark;
use crate::{AuditEntry, AuditRecord, Conclusion};

/// The verdict in words, what it rests on, and what it does not show.
pub fn summary(record: &AuditRecord) -> Markup {
    let any = |conclusion| {
        let mut audits = record.audits.iter();
        audits.any(|audit| audit.conclusion == conclusion)
    };
    // An audit that could not tell is no pass.
    let tone = if record.retrained() == 0 {
        "open"
    } else if any(Conclusion::Traces) {
        "bad"
    } else if any(Conclusion::NoTraces) && !any(Conclusion::Undecided) && record.passed {
        "good"
    } else {
        "open"
    };
    html! {
        section .summary .(tone) aria-labelledby="verdict" {
            h2 #verdict { "Verdict" }
            p .lead { (record.summary) }
            p { (record.tally()) " " a href="#words" { "What these words mean" } "." }
            (found(record))
            @if !record.gates.is_empty() {
                h3 { "Limits that were demanded" }
                ul {
                    @for gate in &record.gates {
                        li { b { @if gate.passed { "kept: " } @else { "broken: " } } (gate.reason) }
                    }
                }
            }
            h3 { "How sure can one be, and what was not tested?" }
            ul { @for limit in &record.limits { li { (limit) } } }
        }
    }
}

/// Where traces were found, by the first figure of each audit that tells.
fn found(record: &AuditRecord) -> Markup {
    let roles = record.roles();
    let telling = record.audits.iter().filter_map(|audit| {
        let figures = audit.telling(&roles);
        Some((audit, *figures.first()?, figures.len() - 1))
    });
    let telling: Vec<_> = telling.collect();
    html! {
        @if !telling.is_empty() {
            h3 { "Where traces were found" }
            ul {
                @for (audit, figure, more) in telling {
                    li {
                        a href={ "#" (audit.name) } { (audit.title) } ": " (figure.label) ": " (figure.sentence)
                        @if let Some((before, _)) = figure.of_role(&roles, Role::Before) {
                            " Before the request it was " (figure.unit_text(before.value)) "."
                        }
                        @if more > 0 { " Of its other figures " (more) " more tell it apart." }
                    }
                }
            }
        }
    }
}

/// One line per audit: what it asks, its first figure, what it says.
pub fn verdicts(record: &AuditRecord) -> Markup {
    let roles = record.roles();
    let shown = [Role::Before, Role::BiasShift, Role::After];
    let shown = shown.into_iter().filter(|role| roles.contains(role));
    let shown: Vec<Role> = shown.collect();
    html! {
        section aria-labelledby="verdicts" {
            h2 #verdicts { "Audit by audit" }
            div .scroll tabindex="0" role="region" aria-label="Verdict of every audit" {
                table {
                    caption {
                        "The first figure of every audit. It is the retrained models' that the others are held to. An audit that "
                        "looks inside finds out what only hides the class (bias shift); what it says rests on all of its figures."
                    }
                    thead {
                        tr {
                            th scope="col" { "Audit" }
                            @for role in &shown { th scope="col" .number { (mark::key(*role)) br; (role.title()) } }
                            th scope="col" .number { (mark::key(Role::Retrained)) br; "retrained" }
                            th scope="col" { "Says" }
                        }
                    }
                    tbody { @for audit in &record.audits { (line(audit, &roles, &shown)) } }
                }
            }
        }
    }
}

fn line(audit: &AuditEntry, roles: &[Role], shown: &[Role]) -> Markup {
    let figure = audit.figures.first();
    let retrained = figure.and_then(|figure| {
        let [low, high] = figure
            .retrained_range(roles)?
            .map(|value| figure.unit_text(value));
        Some(if low == high {
            low
        } else {
            format!("{low} to {high}")
        })
    });
    html! {
        tr {
            th scope="row" {
                @if audit.skipped.is_some() { (audit.title) }
                @else { a href={ "#" (audit.name) } { (audit.title) } }
                @if let Some(figure) = figure { br; small { (figure.label) } }
            }
            @for role in shown {
                td .number {
                    @if let Some((figure, (estimate, _))) = figure.and_then(|f| Some((f, f.of_role(roles, *role)?))) {
                        (figure.unit_text(estimate.value))
                    } @else { "-" }
                }
            }
            td .number { (retrained.unwrap_or_else(|| "-".to_owned())) }
            td { (badge(audit.conclusion)) @if let Some(reason) = &audit.skipped { br; small { (reason) } } }
        }
    }
}

/// A conclusion in few words; its sign does not rest on colour alone.
pub fn badge(conclusion: Conclusion) -> Markup {
    let (tone, sign) = match conclusion {
        Conclusion::Traces => ("bad", "\u{2717}"),
        Conclusion::NoTraces => ("good", "\u{2713}"),
        Conclusion::Undecided
        | Conclusion::Outward
        | Conclusion::Blind
        | Conclusion::NoReference => ("open", "?"),
        Conclusion::NotAsked | Conclusion::Skipped => ("none", "\u{2013}"),
    };
    html! { span .badge .(tone) { span aria-hidden="true" { (sign) } " " (conclusion.words()) } }
}
