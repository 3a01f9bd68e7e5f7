//! What was found in short, and what was not looked at.

use maud::{Markup, html};

use crate::render::numbers::{or_dash, plain};
use crate::{CellRecord, ComparisonRecord, ComparisonRow, ComparisonTable, Spread};

/// What was found in short, how sure one can be, and what was not measured.
pub fn summary(record: &ComparisonRecord, cells: &[CellRecord]) -> Markup {
    let whole = record.tables.iter().enumerate().filter(|(place, table)| {
        // Where there is one over all sets of classes, it stands for those before it.
        let after = record.tables[*place..].iter();
        let of_original = after.filter(|other| is_same_original(other, table));
        table.forgotten.is_none()
            || of_original
                .into_iter()
                .all(|other| other.forgotten.is_some())
    });
    html! {
        section .summary .open aria-labelledby="found" {
            h2 #found { "What was found" }
            p .lead { (lead(record)) }
            ul {
                @for (_, table) in whole {
                    li { b { (table.title()) } ". " (found(table)) }
                }
            }
            h3 { "How sure can one be, and what was not measured?" }
            ul { @for limit in limits(record, cells) { li { (limit) } } }
        }
    }
}

fn is_same_original(one: &ComparisonTable, other: &ComparisonTable) -> bool {
    one.original == other.original && one.varied == other.varied
}

fn lead(record: &ComparisonRecord) -> String {
    let mut methods: Vec<&str> = Vec::new();
    for row in record.tables.iter().flat_map(|table| &table.rows) {
        if !row.is_control && !methods.contains(&&*row.name) {
            methods.push(&row.name);
        }
    }
    let failed = match record.failed_cells {
        0 => "all gave a model".to_owned(),
        failed => format!("{failed} gave no model"),
    };
    format!(
        "{} beside controls, {}: {}, {failed}.",
        counted(methods.len(), "method"),
        match record.seeds.len() {
            1 => "one training seed".to_owned(),
            seeds => format!("{seeds} training seeds"),
        },
        counted(record.cells, "cell"),
    )
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Which method is best in one table, and what the bias shift reaches.
fn found(table: &ComparisonTable) -> String {
    let best = |measure: &str,
                is_best: fn(&ComparisonRow) -> bool,
                number: fn(&ComparisonRow) -> Option<Spread>| {
        let best = table.rows.iter().find(|row| is_best(row));
        match best {
            Some(row) => format!(
                "{measure}: {} ({}) lies above every other method by more than the noise.",
                row.name,
                or_dash(number(row), plain)
            ),
            None => format!(
                "{measure}: no method lies above every other by more than the noise that is known."
            ),
        }
    };
    let kept = best("A_R", |row| row.is_best_kept, |row| row.kept_accuracy);
    let forgotten = best(
        "E_F",
        |row| row.is_best_forgotten,
        |row| row.forgotten_error,
    );
    let control = table.rows.iter().find(|row| row.name == "bias-shift");
    let control = control.map(|row| {
        format!(
            " The bias shift, which forgets nothing inside, has A_R {} and E_F {}.",
            or_dash(row.kept_accuracy, plain),
            or_dash(row.forgotten_error, plain)
        )
    });
    format!("{kept} {forgotten}{}", control.unwrap_or_default())
}

/// What the numbers do not show.
fn limits(record: &ComparisonRecord, cells: &[CellRecord]) -> Vec<String> {
    let mut limits = vec![
        "A_R and E_F say what a network answers, not what it still holds inside. Not measured here: probes of \
         the features, recovery from a few images, membership inference, the codes as triggers. The command unlearn audit \
         puts these questions to a model."
            .to_owned(),
        "Only the data, networks and sets of classes below were tried; with others it can go otherwise."
            .to_owned(),
        match record.seeds.len() {
            1 => "One training seed shows no noise, so nothing is called the best.".to_owned(),
            2 | 3 => format!(
                "With {} training seeds the limit of the noise is lenient: bold says where to look, not what is \
                 proven.",
                record.seeds.len()
            ),
            seeds => format!(
                "The noise is that of {seeds} training seeds; other test images would add their own."
            ),
        },
        "Seconds are those of one machine, whatever else it was doing.".to_owned(),
    ];
    let of_methods = |cell: &&CellRecord| cell.method.is_some() && cell.result.failure.is_none();
    let of_methods = cells.iter().filter(of_methods);
    let (searched, given): (Vec<_>, Vec<_>) =
        of_methods.partition(|cell| cell.result.search.is_some());
    if !searched.is_empty() && !given.is_empty() {
        limits.push(
            "Settings were searched, on held-out training images, only where the tables say so (tried); whether \
             the others have better ones is not known."
                .to_owned(),
        );
    } else if searched.is_empty() {
        limits.push(
            "No settings were searched; whether there are better ones is not known.".to_owned(),
        );
    }
    let has_retrained = |table: &ComparisonTable| {
        let mut rows = table.rows.iter();
        rows.any(|row| row.is_control && row.name == "retrained")
    };
    let missing = record.tables.iter().filter(|table| !has_retrained(table));
    let missing = missing.count();
    if missing > 0 {
        let of = match record.tables.len() {
            all if all == missing => "No table has".to_owned(),
            all => format!("{} of {all} tables have", all - missing),
        };
        limits.push(format!(
            "{of} a retrained model, which shows what forgetting would look like."
        ));
    }
    limits
}
