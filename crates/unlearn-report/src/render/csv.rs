//! A comparison as a table for other programs (RFC 4180).

use crate::record::{ComparisonRecord, ComparisonRow, ComparisonTable, Spread};

const HEADER: &str = "original,varied,forgotten,method,is_control,seeds,failed_cells,\
    kept_accuracy_percent,kept_accuracy_deviation,forgotten_error_percent,forgotten_error_deviation,\
    worst_kept_class,worst_kept_drop_points,seconds,seconds_deviation,backward_passes,trials,\
    is_best_kept,is_best_forgotten\n";

/// A line per row of every table, after a line of names. What is not known is empty; the mean over all
/// sets of classes has no `forgotten`.
pub fn comparison_csv(record: &ComparisonRecord) -> String {
    let lines = record.tables.iter().flat_map(|table| {
        let rows = table.rows.iter();
        rows.map(|row| line(table, row))
    });
    HEADER.to_owned() + &lines.collect::<String>()
}

fn line(table: &ComparisonTable, row: &ComparisonRow) -> String {
    let varied = table.varied.iter();
    let varied: Vec<String> = varied
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mean = |spread: Option<Spread>| number(spread.map(|spread| spread.mean));
    let deviation = |spread: Option<Spread>| number(spread.and_then(|spread| spread.deviation));
    let worst = row.worst_kept.as_ref();
    let fields = [
        text(&table.original),
        text(&varied.join("; ")),
        text(&table.forgotten.as_deref().unwrap_or_default().join("; ")),
        text(&row.name),
        row.is_control.to_string(),
        row.kept_accuracy
            .map_or(0, |spread| spread.count)
            .to_string(),
        row.failed_cells.to_string(),
        mean(row.kept_accuracy),
        deviation(row.kept_accuracy),
        mean(row.forgotten_error),
        deviation(row.forgotten_error),
        worst.map_or_else(String::new, |worst| text(&worst.class)),
        number(worst.map(|worst| worst.drop_points)),
        mean(row.seconds),
        deviation(row.seconds),
        mean(row.backward_passes),
        row.trials
            .map_or_else(String::new, |trials| trials.to_string()),
        row.is_best_kept.to_string(),
        row.is_best_forgotten.to_string(),
    ];
    fields.join(",") + "\n"
}

fn number(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// Within quotation marks where it could be taken for something else.
fn text(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_commas_stays_one_field() {
        assert_eq!(text("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(text("plain"), "plain");
    }
}
