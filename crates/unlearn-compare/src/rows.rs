//! The rows of the tables that methods make.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use unlearn::forget::{CATALOG, CatalogEntry, method};

use crate::axes::combinations;
use crate::experiment::MethodTable;
use crate::given::{Setting, built, map, settings};
use crate::method::PlannedMethod;
use crate::source::Source;
use crate::title::titled;
use crate::{CompareError, Experiment};

/// The rows that are always there.
pub(crate) const ORIGINAL: &str = "original";
pub(crate) const RETRAINED: &str = "retrained";
const BIAS_SHIFT: &str = "bias-shift";
/// The method that the retrained model takes the place of.
const RETRAIN: &str = "retrain";

/// A row of the tables, and the originals that it is for.
pub(crate) struct Row {
    pub name: String,
    pub is_control: bool,
    /// None where it is for all.
    pub on: Option<Vec<String>>,
    pub method: PlannedMethod,
}

/// The rows that methods make, the bias shift before them.
///
/// # Errors
/// If a method does not exist, a setting is wrong, an original is not there, or two rows have one name.
pub(crate) fn rows(experiment: &Experiment) -> Result<Vec<Row>, CompareError> {
    let Experiment { source, file } = experiment;
    let mut rows = vec![Row {
        name: BIAS_SHIFT.to_owned(),
        is_control: true,
        on: None,
        method: PlannedMethod {
            name: BIAS_SHIFT,
            settings: Map::new(),
            grid: Map::new(),
            trials: vec![Map::new()],
        },
    }];
    let originals = file.original.get_ref().iter();
    let originals: Vec<&String> = originals
        .map(|table| table.get_ref().name.get_ref())
        .collect();
    // The names of an original's rows.
    let mut names = BTreeSet::new();
    for original in &originals {
        names.extend([ORIGINAL, RETRAINED, BIAS_SHIFT].map(|name| (*original, name.to_owned())));
    }
    for table in file.method.get_ref() {
        let table = table.get_ref();
        let entry = entry(source, table)?;
        let on = on(experiment, table)?;
        if let Some((axis, _)) = table.search.first_key_value()
            && file.validation.is_none()
        {
            let reason =
                "expected `validation`, the part of the training images to choose by, found none";
            return Err(source.error(axis.span(), reason));
        }
        let mut taken: Vec<_> = table.settings.keys().collect();
        let variations = combinations(source, &table.vary, &taken)?;
        taken.extend(table.vary.keys());
        let search = combinations(source, &table.search, &taken)?;
        for variation in variations {
            let mut given = settings(source, &table.settings)?;
            given.extend(variation.clone());
            for trial in &search {
                let all = [&*given, trial].concat();
                let whole = table.method.span();
                built(source, &all, whole, |settings| {
                    let built = method(entry.name, settings);
                    built.map(drop).map_err(|error| error.to_string())
                })?;
            }
            let base = table.name.as_ref().unwrap_or(&table.method);
            let name = titled(base.get_ref(), &map(&variation));
            let is_on = |original: &&&String| on.as_ref().is_none_or(|on| on.contains(original));
            let mut of_row = originals.iter().filter(is_on);
            if !of_row.all(|original| names.insert((original, name.clone()))) {
                let reason = format!("expected a row with a name of its own, found `{name}` again");
                return Err(source.error(base.span(), reason));
            }
            let grid = table.search.iter().map(|(name, values)| {
                let values = values.get_ref().iter();
                let values = values.map(|value| Ok(Setting::new(source, name, value)?.value));
                let values: Vec<Json> = values.collect::<Result<_, CompareError>>()?;
                Ok((name.get_ref().clone(), Json::Array(values)))
            });
            rows.push(Row {
                name,
                is_control: table.control,
                on: on.clone(),
                method: PlannedMethod {
                    name: entry.name,
                    settings: map(&given),
                    grid: grid.collect::<Result<_, CompareError>>()?,
                    trials: search.iter().map(map).collect(),
                },
            });
        }
    }
    Ok(rows)
}

/// The catalog's entry of a method.
///
/// # Errors
/// If there is none.
pub(crate) fn entry(
    source: &Source,
    table: &MethodTable,
) -> Result<&'static CatalogEntry, CompareError> {
    let name = table.method.get_ref();
    if name == RETRAIN {
        let reason = "expected another method, found that of the retrained model, which `retrained = true` adds";
        return Err(source.error(table.method.span(), reason));
    }
    let entry = CATALOG.iter().find(|entry| entry.name == name);
    entry.ok_or_else(|| {
        let error = method(name, Map::new()).err();
        let reason = error.map(|error| error.to_string()).unwrap_or_default();
        source.error(table.method.span(), reason)
    })
}

/// The originals that a method is for.
fn on(experiment: &Experiment, table: &MethodTable) -> Result<Option<Vec<String>>, CompareError> {
    let Some(on) = &table.on else {
        return Ok(None);
    };
    let originals = experiment.file.original.get_ref().iter();
    let known: Vec<&str> = originals
        .map(|original| &**original.get_ref().name.get_ref())
        .collect();
    for name in on {
        if !known.contains(&&**name.get_ref()) {
            let reason = format!(
                "expected one of the originals {}, found `{}`",
                known.join(", "),
                name.get_ref()
            );
            return Err(experiment.source.error(name.span(), reason));
        }
    }
    Ok(Some(on.iter().map(|name| name.get_ref().clone()).collect()))
}
