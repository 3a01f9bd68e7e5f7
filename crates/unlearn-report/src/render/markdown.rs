//! A comparison as tables in Markdown.

use serde_json::{Map, Value as Json};

use crate::record::{ComparisonRecord, ComparisonRow, ComparisonTable, Spread};

/// A comparison as a page of tables.
pub fn comparison_markdown(record: &ComparisonRecord) -> String {
    let tables = record.tables.iter().map(table);
    let tables: String = tables.collect();
    format!("# {}\n\n{}{tables}", record.title, legend(record))
}

/// What the numbers mean.
fn legend(record: &ComparisonRecord) -> String {
    let seeds: Vec<String> = record.seeds.iter().map(u64::to_string).collect();
    let (noun, spread) = match seeds.len() {
        1 => (
            "seed",
            "One seed shows no noise, so nothing is called the best.",
        ),
        _ => (
            "seeds",
            "Means and standard deviations over them. Bold: above every other method by more than twice the \
             standard error of the difference; rows in italics stand beside for comparison and are never bold.",
        ),
    };
    let failed = match record.failed_cells {
        0 => String::new(),
        failed => format!(
            " {failed} of {} cells gave no model; they are left out of the means, and counted beside the name.",
            record.cells
        ),
    };
    format!(
        "unlearn {}, training {noun} {}. {spread}{failed}\n\nA_R: percent of the kept classes' test images answered \
         right. E_F: percent of the forgotten classes' answered wrong. Worst kept class: the one that lost most \
         against the original, in points. Seconds and single-sample backward passes are those of the forgetting alone; \
         tried: combinations of settings tried on held-out training images.\n",
        record.version,
        seeds.join(", "),
    )
}

fn table(table: &ComparisonTable) -> String {
    let forgotten = match &table.forgotten {
        Some(classes) => format!("without {}", classes.join(", ")),
        None => "mean over all sets of classes above".to_owned(),
    };
    let rows: String = table.rows.iter().map(row).collect();
    format!(
        "\n## {}: {forgotten}\n\n| method | A_R | E_F | worst kept class | seconds | backward passes | tried |\n\
         |---|--:|--:|--:|--:|--:|--:|\n{rows}",
        original(&table.original, &table.varied)
    )
}

/// The original's name with what is varied of its training.
fn original(name: &str, varied: &Map<String, Json>) -> String {
    let varied = varied.iter().map(|(name, value)| match value {
        Json::String(text) => format!(", {name} {text}"),
        value => format!(", {name} {value}"),
    });
    format!("{name}{}", varied.collect::<String>())
}

fn row(row: &ComparisonRow) -> String {
    let failed = match row.failed_cells {
        0 => String::new(),
        failed => format!(" ({failed} failed)"),
    };
    let name = match row.is_control {
        true => format!("*{}*{failed}", row.name),
        false => format!("{}{failed}", row.name),
    };
    let none = || "-".to_owned();
    let measure = |spread: Option<Spread>, is_best: bool| match spread.map(percent) {
        Some(text) if is_best => format!("**{text}**"),
        Some(text) => text,
        None => none(),
    };
    let worst = row.worst_kept.as_ref();
    let worst = worst.map(|worst| format!("{} {:+.2}", worst.class, -worst.drop_points));
    format!(
        "| {name} | {} | {} | {} | {} | {} | {} |\n",
        measure(row.kept_accuracy, row.is_best_kept),
        measure(row.forgotten_error, row.is_best_forgotten),
        worst.unwrap_or_else(none),
        row.seconds.map_or_else(none, seconds),
        row.backward_passes
            .map_or_else(none, |passes| format!("{:.0}", passes.mean)),
        row.trials.map_or_else(none, |trials| trials.to_string()),
    )
}

fn percent(spread: Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.2} ± {deviation:.2}", spread.mean),
        None => format!("{:.2}", spread.mean),
    }
}

/// Three digits and more, however short the time.
fn seconds(spread: Spread) -> String {
    match spread.mean {
        mean if mean < 0.1 => format!("{mean:.4}"),
        mean if mean < 10.0 => format!("{mean:.2}"),
        mean => format!("{mean:.0}"),
    }
}
