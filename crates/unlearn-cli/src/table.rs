//! Readable tables.

use comfy_table::{Cell, CellAlignment, Table, presets};

/// One line per pair, the values under each other.
pub fn pairs(rows: &[(&str, String)]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for (name, value) in rows {
        table.add_row([*name, value]);
    }
    plain(&table)
}

/// A line under the header and between columns, in ASCII: logs keep it.
const HEADER_LINE: &str = "     -+ |          ";

/// A table with a header; the first column holds names, the others numbers.
pub fn grid(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    with_header(header, rows, CellAlignment::Right)
}

/// A table with a header whose columns hold words.
pub fn words(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    with_header(header, rows, CellAlignment::Left)
}

/// A table with a header; the columns after the first are aligned as told.
fn with_header(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    others: CellAlignment,
) -> String {
    let mut table = Table::new();
    table.load_preset(HEADER_LINE);
    let aligned = |index: usize, text: String| {
        let alignment = match index {
            0 => CellAlignment::Left,
            _ => others,
        };
        Cell::new(text).set_alignment(alignment)
    };
    let cells = |texts: Vec<String>| {
        let cells = texts.into_iter().enumerate();
        cells
            .map(|(index, text)| aligned(index, text))
            .collect::<Vec<_>>()
    };
    table.set_header(cells(header.iter().map(ToString::to_string).collect()));
    for row in rows {
        table.add_row(cells(row));
    }
    plain(&table)
}

/// Without the spaces at the ends of lines, and with a line break at the end.
fn plain(table: &Table) -> String {
    let lines = table.lines();
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_under_each_other() {
        let rows = [
            vec!["a".to_owned(), "5".to_owned()],
            vec!["long".to_owned(), "12.5".to_owned()],
        ];
        let table = grid(&["name", "n"], rows);
        assert_eq!(
            table,
            " name |    n\n------+------\n a    |    5\n long | 12.5\n"
        );
        assert_eq!(
            pairs(&[("a", "1".to_owned()), ("bcd", "2".to_owned())]),
            " a    1\n bcd  2\n"
        );
    }
}
