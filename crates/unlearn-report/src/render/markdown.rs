//! A comparison as tables in Markdown.

use serde_json::{Map, Value as Json};

use crate::record::{
    ComparisonRecord, ComparisonRow, ComparisonTable, FisherRow, Spread, WorstKept,
};

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
         |---|--:|--:|--:|--:|--:|--:|\n{rows}{}",
        original(&table.original, &table.varied),
        fisher(&table.fisher)
    )
}

/// The errors of Fisher diagonals; nothing where there are none.
fn fisher(rows: &[FisherRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let scientific = |spread: Spread| match spread.deviation {
        Some(deviation) => format!("{:.2e} ± {deviation:.1e}", spread.mean),
        None => format!("{:.2e}", spread.mean),
    };
    let text = |spread: Option<Spread>, write: &dyn Fn(Spread) -> String| {
        spread.map_or_else(|| "-".to_owned(), write)
    };
    let rows = rows.iter().map(|row| {
        let name = plain(&row.name);
        let name = match row.is_control {
            true => format!("*{name}*"),
            false => name,
        };
        let cells = [&row.forgotten, &row.kept].map(|errors| {
            format!(
                "{} | {} | {}",
                text(errors.mean_absolute, &scientific),
                text(errors.relative, &percent),
                text(errors.rank_correlation, &percent)
            )
        });
        let eta = text(row.eta_rank_correlation, &percent);
        format!("| {name} | {} | {} | {eta} |\n", cells[0], cells[1])
    });
    let rows: String = rows.collect();
    format!(
        "\nFisher diagonals f_F of the forgotten and f_R of the kept classes, beside those of all training images in the \
         same network: mean absolute error; length of the error over that of the exact diagonal (1 for zeros); \
         Spearman's rank correlation, also of eta = f_F / f_R.\n\n\
         | diagonals | f_F error | relative | rank | f_R error | relative | rank | eta rank |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n{rows}"
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
        true => format!("*{}*{failed}", plain(&row.name)),
        false => format!("{}{failed}", plain(&row.name)),
    };
    let none = || "-".to_owned();
    let measure = |spread: Option<Spread>, is_best: bool| match spread.map(percent) {
        Some(text) if is_best => format!("**{text}**"),
        Some(text) => text,
        None => none(),
    };
    format!(
        "| {name} | {} | {} | {} | {} | {} | {} |\n",
        measure(row.kept_accuracy, row.is_best_kept),
        measure(row.forgotten_error, row.is_best_forgotten),
        row.worst_kept.as_ref().map_or_else(none, worst),
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

fn seconds(spread: Spread) -> String {
    match spread.mean {
        mean if mean < 1.0 => format!("{mean:.4} s"),
        mean => format!("{mean:.1} s"),
    }
}

/// The kept class that lost most; none where none lost a hundredth of a point.
fn worst(worst: &WorstKept) -> String {
    match worst.drop_points {
        drop if drop >= 0.005 => format!("{} -{drop:.2}", plain(&worst.class)),
        _ => "none".to_owned(),
    }
}

/// Text that does not part a table's cells.
fn plain(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_lost_nothing_is_not_blamed() {
        let of = |class: &str, drop_points| {
            worst(&WorstKept {
                class: class.to_owned(),
                drop_points,
            })
        };
        assert_eq!(
            (of("a|b", 1.5), of("a", -2.0)),
            ("a\\|b -1.50".into(), "none".into())
        );
    }
}
