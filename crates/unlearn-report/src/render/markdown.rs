//! A comparison as tables in Markdown.

use super::numbers::{or_dash, plain, scientific, seconds, worst};
use crate::record::{ComparisonRecord, ComparisonRow, ComparisonTable, FisherRow, Spread};

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
    let rows: String = table.rows.iter().map(row).collect();
    format!(
        "\n## {}\n\n| method | A_R | E_F | worst kept class | seconds | backward passes | tried |\n\
         |---|--:|--:|--:|--:|--:|--:|\n{rows}{}",
        table.title(),
        fisher(&table.fisher)
    )
}

fn row(row: &ComparisonRow) -> String {
    let failed = match row.failed_cells {
        0 => String::new(),
        failed => format!(" ({failed} failed)"),
    };
    let name = name(&row.name, row.is_control);
    let measure = |spread: Option<Spread>, is_best: bool| match or_dash(spread, plain) {
        text if is_best => format!("**{text}**"),
        text => text,
    };
    let worst = or_dash(row.worst_kept.as_ref(), worst);
    format!(
        "| {name}{failed} | {} | {} | {} | {} | {} | {} |\n",
        measure(row.kept_accuracy, row.is_best_kept),
        measure(row.forgotten_error, row.is_best_forgotten),
        escaped(&worst),
        or_dash(row.seconds, seconds),
        or_dash(row.backward_passes, |passes| format!("{:.0}", passes.mean)),
        or_dash(row.trials, |trials| trials.to_string()),
    )
}

/// The errors of Fisher diagonals; nothing where there are none.
fn fisher(rows: &[FisherRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows = rows.iter().map(|row| {
        let cells = [&row.forgotten, &row.kept].map(|errors| {
            format!(
                "{} | {} | {}",
                or_dash(errors.mean_absolute, scientific),
                or_dash(errors.relative, plain),
                or_dash(errors.rank_correlation, plain)
            )
        });
        let eta = or_dash(row.eta_rank_correlation, plain);
        let name = name(&row.name, row.is_control);
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

/// A row's name, in italics where it is there for comparison only.
fn name(name: &str, is_control: bool) -> String {
    let name = escaped(name);
    match is_control {
        true => format!("*{name}*"),
        false => name,
    }
}

/// Text that does not part a table's cells.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_part_a_tables_cells() {
        assert_eq!(name("a|b", true), "*a\\|b*");
    }
}
