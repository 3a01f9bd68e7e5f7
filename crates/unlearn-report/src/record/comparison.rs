//! A comparison of methods: cells summed up over training seeds.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{CellMeasures, CellRecord, FisherRow, SCHEMA, Spread, VERSION, WorstKept};

/// A comparison of methods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// What the experiment is called.
    pub title: String,
    /// The training seeds.
    pub seeds: Vec<u64>,
    /// How many cells there are.
    pub cells: usize,
    /// How many of them gave no model.
    pub failed_cells: usize,
    /// A table per original and set of forgotten classes, and one over all sets where
    /// there are several.
    pub tables: Vec<ComparisonTable>,
}

/// All methods on one original.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonTable {
    /// The original's name.
    pub original: String,
    /// What is varied of its training, by name.
    pub varied: Map<String, Json>,
    /// The forgotten classes; none where it is the mean over all sets of them.
    pub forgotten: Option<Vec<String>>,
    /// The methods, in the order of the experiment.
    pub rows: Vec<ComparisonRow>,
    /// The Fisher diagonals of those methods that have some, beside an estimate of zeros; empty where the
    /// experiment does not ask for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fisher: Vec<FisherRow>,
}

/// One method, over the training seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// What it is called.
    pub name: String,
    /// Whether it is there for comparison only and never the best.
    pub is_control: bool,
    /// How many of its cells gave no model; the others are summed up.
    pub failed_cells: usize,
    /// A_R in percent.
    pub kept_accuracy: Option<Spread>,
    /// E_F in percent.
    pub forgotten_error: Option<Spread>,
    /// Over all seeds, the kept class that lost most against the original.
    pub worst_kept: Option<WorstKept>,
    /// Of the forgetting alone.
    pub seconds: Option<Spread>,
    /// Single-sample backward passes of the forgetting alone.
    pub backward_passes: Option<Spread>,
    /// Combinations of settings that were tried in a cell; none where nothing was searched.
    pub trials: Option<usize>,
    /// Whether its A_R lies above that of every other method by more than the noise.
    pub is_best_kept: bool,
    /// The same of E_F.
    pub is_best_forgotten: bool,
}

impl ComparisonRecord {
    /// Sums up cells, which stand in the order in which they are to be shown.
    pub fn new(title: &str, cells: &[CellRecord]) -> Self {
        let mut tables: Vec<(&CellRecord, Vec<&CellRecord>)> = Vec::new();
        for cell in cells {
            let same = |(first, _): &&mut (&CellRecord, _)| {
                is_same_original(first, cell) && first.forgotten == cell.forgotten
            };
            match tables.iter_mut().find(same) {
                Some((_, of_table)) => of_table.push(cell),
                None => tables.push((cell, vec![cell])),
            }
        }
        let mut shown: Vec<ComparisonTable> = Vec::new();
        for (place, (first, of_table)) in tables.iter().enumerate() {
            let forgotten = Some(first.forgotten.clone());
            shown.push(ComparisonTable::new(forgotten, of_table));
            let of_original = |(other, _): &&(&CellRecord, _)| is_same_original(other, first);
            let sets = tables.iter().filter(of_original).count();
            let is_last = !tables[place + 1..].iter().any(|table| of_original(&table));
            if sets > 1 && is_last {
                let all = cells.iter().filter(|cell| is_same_original(cell, first));
                shown.push(ComparisonTable::new(None, &all.collect::<Vec<_>>()));
            }
        }
        let mut seeds: Vec<u64> = cells.iter().map(|cell| cell.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        let failed = cells.iter().filter(|cell| cell.result.failure.is_some());
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            title: title.to_owned(),
            seeds,
            cells: cells.len(),
            failed_cells: failed.count(),
            tables: shown,
        }
    }
}

fn is_same_original(one: &CellRecord, other: &CellRecord) -> bool {
    one.original == other.original && one.varied == other.varied
}

impl ComparisonTable {
    /// The original with what is varied of its training, and what was forgotten.
    pub fn title(&self) -> String {
        let varied = self.varied.iter().map(|(name, value)| match value {
            Json::String(text) => format!(", {name} {text}"),
            value => format!(", {name} {value}"),
        });
        let varied: String = varied.collect();
        let forgotten = match &self.forgotten {
            Some(classes) => format!("without {}", classes.join(", ")),
            None => "mean over all sets of classes".to_owned(),
        };
        format!("{}{varied}: {forgotten}", self.original)
    }

    fn new(forgotten: Option<Vec<String>>, cells: &[&CellRecord]) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for cell in cells {
            if !names.contains(&&*cell.row) {
                names.push(&cell.row);
            }
        }
        let of_row = |name: &str| -> Vec<&CellRecord> {
            let of_row = cells.iter().filter(|cell| cell.row == name);
            of_row.copied().collect()
        };
        let rows = names.iter();
        let rows = rows.map(|name| ComparisonRow::new(name, &of_row(name)));
        let mut rows: Vec<ComparisonRow> = rows.collect();
        let fisher = names.iter();
        let fisher = fisher.filter_map(|name| FisherRow::of_method(name, &of_row(name)));
        let fisher = FisherRow::of_zeros(cells).into_iter().chain(fisher);
        let best_kept = best(&rows, |row| row.kept_accuracy);
        let best_forgotten = best(&rows, |row| row.forgotten_error);
        for (place, row) in rows.iter_mut().enumerate() {
            row.is_best_kept = best_kept == Some(place);
            row.is_best_forgotten = best_forgotten == Some(place);
        }
        Self {
            original: cells[0].original.clone(),
            varied: cells[0].varied.clone(),
            forgotten,
            rows,
            fisher: fisher.collect(),
        }
    }
}

/// The place of the method that lies above every other one by more than the noise.
fn best(
    rows: &[ComparisonRow],
    measure: impl Fn(&ComparisonRow) -> Option<Spread>,
) -> Option<usize> {
    let methods = || rows.iter().enumerate().filter(|(_, row)| !row.is_control);
    let is_best = |(place, row): &(usize, &ComparisonRow)| {
        let Some(own) = measure(row).filter(|_| row.failed_cells == 0) else {
            return false;
        };
        let others = methods().filter(|(other, _)| other != place);
        let mut others = others.filter_map(|(_, row)| measure(row)).peekable();
        others.peek().is_some() && others.all(|other| own.is_above(&other))
    };
    methods().find(is_best).map(|(place, _)| place)
}

impl ComparisonRow {
    /// Means over the sets of classes first, then over the seeds.
    fn new(name: &str, cells: &[&CellRecord]) -> Self {
        let spread =
            |number: &dyn Fn(&CellRecord) -> Option<f64>| Spread::over_seeds(cells, number);
        let measure = |number: fn(&CellMeasures) -> f64| {
            spread(&|cell| cell.result.measures.as_ref().map(number))
        };
        let results = || cells.iter().map(|cell| &cell.result);
        let worst =
            results().filter_map(|result| Some(result.measures.as_ref()?.worst_kept.clone()));
        Self {
            name: name.to_owned(),
            is_control: cells.iter().any(|cell| cell.is_control),
            failed_cells: results().filter(|result| result.failure.is_some()).count(),
            kept_accuracy: measure(|measures| measures.kept_accuracy_percent),
            forgotten_error: measure(|measures| measures.forgotten_error_percent),
            worst_kept: worst.reduce(|worst, next| match next.drop_points > worst.drop_points {
                true => next,
                false => worst,
            }),
            seconds: spread(&|cell| cell.result.seconds.forgetting),
            backward_passes: spread(&|cell| Some(cell.result.backward_passes? as f64)),
            trials: results().find_map(|result| Some(result.search.as_ref()?.trials)),
            is_best_kept: false,
            is_best_forgotten: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, accuracies: &[f64]) -> ComparisonRow {
        ComparisonRow {
            name: name.to_owned(),
            is_control: false,
            failed_cells: 0,
            kept_accuracy: Spread::of(accuracies),
            forgotten_error: None,
            worst_kept: None,
            seconds: None,
            backward_passes: None,
            trials: None,
            is_best_kept: false,
            is_best_forgotten: false,
        }
    }

    #[test]
    fn the_best_lies_above_every_other_method_by_more_than_the_noise() {
        let best = |rows: &[ComparisonRow]| best(rows, |row| row.kept_accuracy);
        let (good, bad) = (row("good", &[95.0, 95.2]), row("bad", &[90.0, 90.4]));
        assert_eq!(best(&[bad.clone(), good.clone()]), Some(1));
        let near = row("near", &[94.9, 95.1]);
        assert_eq!(best(&[bad.clone(), good.clone(), near]), None, "noise");
        let control = ComparisonRow {
            is_control: true,
            ..row("control", &[99.0, 99.0])
        };
        assert_eq!(best(&[bad.clone(), good.clone(), control]), Some(1));
        let failed = ComparisonRow {
            failed_cells: 1,
            ..good.clone()
        };
        assert_eq!(best(&[bad, failed]), None, "a cell of it failed");
        assert_eq!(best(&[good]), None, "there is no other");
        let single = [row("one", &[95.0]), row("other", &[10.0])];
        assert_eq!(best(&single), None, "one seed");
    }
}
