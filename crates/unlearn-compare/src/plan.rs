//! All cells of an experiment, checked before anything is trained.

use std::collections::BTreeSet;
use std::path::Path;

use rand::RngCore;
use serde_json::{Map, Value as Json, json};
use unlearn::checkpoint::ModelMetadata;
use unlearn::code::CodeKind;
use unlearn::data::{Normalization, stream};
use unlearn::enrol::Shard;
use unlearn::forget::{CATALOG, CatalogEntry, Need, method};
use unlearn::train::{TrainParameters, TrainSettings};
use unlearn_report::VERSION;

use crate::axes::combinations;
use crate::cell::{Cell, Work};
use crate::data_part::{DataPart, Wanted};
use crate::experiment::{Images, MethodTable, Original};
use crate::given::{Setting, built, json as json_of, map, settings};
use crate::key::key;
use crate::method::PlannedMethod;
use crate::original::PlannedOriginal;
use crate::source::Source;
use crate::training::Training;
use crate::{CompareError, Experiment};

/// The rows that are always there.
const ORIGINAL: &str = "original";
const RETRAINED: &str = "retrained";
const BIAS_SHIFT: &str = "bias-shift";
/// The method that the retrained model takes the place of.
const RETRAIN: &str = "retrain";

/// All cells of an experiment in the order of its tables, with the data that they need.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) title: String,
    pub(crate) images: Images,
    pub(crate) data: Vec<DataPart>,
    pub(crate) originals: Vec<PlannedOriginal>,
    pub(crate) cells: Vec<Cell>,
}

/// A row of the tables, and the originals that it is for.
struct Row {
    name: String,
    is_control: bool,
    /// None where it is for all.
    on: Option<Vec<String>>,
    method: PlannedMethod,
}

impl Plan {
    /// Plans an experiment whose data sets lie in a folder, and reads them.
    ///
    /// # Errors
    /// If something in the file cannot be run: data that is not there, a class or a method that does not exist, a
    /// setting out of its range, a method that needs what the experiment does not give. Line and key are named.
    pub fn new(experiment: &Experiment, data_folder: &Path) -> Result<Self, CompareError> {
        let Experiment { source, file } = experiment;
        let seeds = seeds(experiment)?;
        let held_out = file.validation.as_ref();
        if let Some(part) =
            held_out.filter(|part| !(part.get_ref() > &0.0 && part.get_ref() < &1.0))
        {
            let reason = format!(
                "expected a number between 0 and 1, found {}",
                part.get_ref()
            );
            return Err(source.error(part.span(), reason));
        }
        for (tables, span) in [
            (file.original.get_ref().len(), file.original.span()),
            (file.method.get_ref().len(), file.method.span()),
        ] {
            if tables == 0 {
                return Err(source.error(span, "expected at least one table, found none"));
            }
        }
        let rows = rows(experiment)?;
        let mut plan = Self {
            title: file.title.clone(),
            images: file.images,
            data: Vec::new(),
            originals: Vec::new(),
            cells: Vec::new(),
        };
        let mut names = BTreeSet::new();
        for table in file.original.get_ref() {
            let original = table.get_ref();
            let name = original.name.get_ref();
            if !names.insert(name) {
                let reason = format!("expected a name of its own, found `{name}` again");
                return Err(source.error(original.name.span(), reason));
            }
            let wanted = Wanted {
                folder: data_folder,
                name: original.data.get_ref(),
                reading: &original.reading,
                held_out: held_out.map(|part| *part.get_ref()),
                span: original.data.span(),
            };
            let known = plan.data.iter().position(|data| data.is(&wanted));
            let data = match known {
                Some(place) => place,
                None => {
                    plan.data.push(DataPart::read(&wanted, source)?);
                    plan.data.len() - 1
                }
            };
            let sets = sets(original, &plan.data[data], source)?;
            for variation in combinations(source, &original.vary, &[&original.training])? {
                let settings = training(original, &variation, source)?;
                check_needs(experiment, original, &settings)?;
                for &seed in &seeds {
                    plan.add(
                        original,
                        &variation,
                        data,
                        with_seed(&settings, seed),
                        source,
                    )?;
                    for set in &sets {
                        plan.add_cells(original.retrained, set, &rows);
                    }
                }
            }
        }
        Ok(plan)
    }

    /// The cells, in the order of the tables.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// What the experiment is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The cells of a share. Cells that share a trained original stay together, unless there are fewer
    /// originals than shares; then those that share a retrained model do; and then none.
    pub fn share(&self, shard: Shard) -> Vec<usize> {
        let original = |cell: &Cell| format!("{}", cell.original);
        let set = |cell: &Cell| format!("{} {:?}", cell.original, cell.classes);
        let own = |cell: &Cell| cell.digest.to_string();
        let groupings: [&dyn Fn(&Cell) -> String; 3] = [&original, &set, &own];
        let grouped = groupings.map(|group| {
            let mut names: Vec<String> = Vec::new();
            let places = self.cells.iter().map(|cell| {
                let name = group(cell);
                let known = names.iter().position(|other| *other == name);
                known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                })
            });
            let places: Vec<usize> = places.collect();
            (names.len(), places)
        });
        let coarsest = grouped.iter().find(|(groups, _)| *groups >= shard.count());
        let (groups, places) = coarsest.unwrap_or(&grouped[2]);
        let taken = shard.of(&(0..*groups).collect::<Vec<_>>());
        let cells = 0..self.cells.len();
        cells
            .filter(|cell| taken.contains(&places[*cell]))
            .collect()
    }

    fn add(
        &mut self,
        original: &Original,
        variation: &[Setting],
        data: usize,
        settings: TrainSettings,
        source: &Source,
    ) -> Result<(), CompareError> {
        let images = &self.data[data];
        let network = original.network.get_ref();
        let classes = images.classes.len();
        let built = network.build(&images.train.shape(), classes);
        built.map_err(|error| source.error(original.network.span(), error))?;
        let normalization = match original.normalize {
            true => Normalization::measure(&images.train),
            false => Normalization::none(images.train.shape()[0]),
        };
        let metadata = ModelMetadata::new(
            network.clone(),
            images.train.shape(),
            images.classes.clone(),
            normalization,
        );
        let seed = settings.seed;
        self.originals.push(PlannedOriginal {
            name: original.name.get_ref().clone(),
            varied: map(variation),
            data,
            training: Training::new(images, metadata, checked(settings)?, &[]),
            seed,
            method_seed: stream(seed, "methods").next_u32().into(),
        });
        Ok(())
    }

    /// The cells of the last original for a set of classes.
    fn add_cells(&mut self, retrained: bool, set: &[usize], rows: &[Row]) {
        let place = self.originals.len() - 1;
        let mut works = vec![(ORIGINAL.to_owned(), true, Work::Original)];
        if retrained {
            let training = Box::new(self.retraining(place, set));
            works.push((RETRAINED.to_owned(), true, Work::Retrained(training)));
        }
        let name = &self.originals[place].name;
        let wanted = |row: &&Row| row.on.as_ref().is_none_or(|on| on.contains(name));
        works.extend(rows.iter().filter(wanted).map(|row| {
            let work = Work::Method(row.method.clone());
            (row.name.clone(), row.is_control, work)
        }));
        for (row, is_control, work) in works {
            let cell = self.cell(place, set, row, is_control, work);
            self.cells.push(cell);
        }
    }

    fn cell(&self, place: usize, set: &[usize], row: String, is_control: bool, work: Work) -> Cell {
        let original = &self.originals[place];
        let what = match &work {
            Work::Original => json!("original"),
            Work::Retrained(training) => json!({ "retrained": training.key }),
            Work::Method(method) => {
                let entry = CATALOG.iter().find(|entry| entry.name == method.name);
                let mut settings = entry.map(|entry| (entry.defaults)()).unwrap_or_default();
                settings.extend(method.settings.clone());
                json!({
                    "method": method.name,
                    "settings": settings,
                    "grid": method.grid,
                    "images": format!("{:?}", self.images),
                    "seed": original.method_seed,
                })
            }
        };
        let digest = key(&json!({
            "cell": VERSION,
            "original": original.training.key,
            "forgotten": set,
            "work": what,
        }));
        let names = self.data[original.data].classes.names();
        let forgotten: Vec<&str> = set.iter().map(|class| &*names[*class]).collect();
        let title = format!(
            "{}, seed {}, without {}: {row}",
            titled(&original.name, &original.varied),
            original.seed,
            forgotten.join(", ")
        );
        Cell {
            digest,
            original: place,
            classes: set.to_vec(),
            row,
            is_control,
            work,
            title,
        }
    }

    /// The same training without some classes and without codes, from the methods' seed: what the
    /// method `retrain` does.
    fn retraining(&self, place: usize, set: &[usize]) -> Training {
        let PlannedOriginal {
            data,
            training,
            method_seed,
            ..
        } = &self.originals[place];
        let settings = TrainSettings {
            mix: 0.0,
            seed: *method_seed,
            // Without codes their kind decides nothing, and originals that differ in it share the model.
            code_kind: CodeKind::default(),
            code_block: 1,
            ..training.parameters.settings().clone()
        };
        let parameters = settings.check();
        let parameters = parameters.unwrap_or_else(|error| unreachable!("checked before: {error}"));
        Training::new(
            &self.data[*data],
            training.metadata.clone(),
            parameters,
            set,
        )
    }
}

/// A name with what is varied.
fn titled(name: &str, varied: &Map<String, Json>) -> String {
    let varied = varied.iter().map(|(name, value)| match value {
        Json::String(text) => format!(", {name} {text}"),
        value => format!(", {name} {value}"),
    });
    format!("{name}{}", varied.collect::<String>())
}

/// The training seeds.
///
/// # Errors
/// If there are none, or one is named twice.
fn seeds(experiment: &Experiment) -> Result<Vec<u64>, CompareError> {
    let seeds = &experiment.file.seeds;
    let distinct: BTreeSet<u32> = seeds.get_ref().iter().copied().collect();
    if distinct.is_empty() || distinct.len() < seeds.get_ref().len() {
        let reason = format!(
            "expected different seeds, at least one, found {:?}",
            seeds.get_ref()
        );
        return Err(experiment.source.error(seeds.span(), reason));
    }
    Ok(seeds
        .get_ref()
        .iter()
        .map(|seed| u64::from(*seed))
        .collect())
}

/// The rows that methods make, the bias shift before them.
///
/// # Errors
/// If a method does not exist, a setting is wrong, an original is not there, or two rows have one name.
fn rows(experiment: &Experiment) -> Result<Vec<Row>, CompareError> {
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
        for variation in combinations(source, &table.vary, &[&table.settings])? {
            let mut given = settings(&table.settings);
            given.extend(variation.clone());
            let search = combinations(source, &table.search, &[&table.settings])?;
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
                let values = values.get_ref().iter().map(json_of);
                (name.get_ref().clone(), Json::Array(values.collect()))
            });
            rows.push(Row {
                name,
                is_control: table.control,
                on: on.clone(),
                method: PlannedMethod {
                    name: entry.name,
                    settings: map(&given),
                    grid: grid.collect(),
                    trials: search.iter().map(map).collect(),
                },
            });
        }
    }
    Ok(rows)
}

fn entry(source: &Source, table: &MethodTable) -> Result<&'static CatalogEntry, CompareError> {
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

/// Refuses methods that need what the experiment does not give.
fn check_needs(
    experiment: &Experiment,
    original: &Original,
    training: &TrainSettings,
) -> Result<(), CompareError> {
    let Experiment { source, file } = experiment;
    let mut given = vec![Need::Recipe];
    given.extend(file.images.needs_met());
    if training.mix > 0.0 {
        given.push(Need::Codes);
    }
    for table in file.method.get_ref() {
        let table = table.get_ref();
        let name = original.name.get_ref();
        let is_on = |on: &Vec<toml::Spanned<String>>| on.iter().any(|on| on.get_ref() == name);
        if !table.on.as_ref().is_none_or(is_on) {
            continue;
        }
        let needs = entry(source, table)?.needs.iter();
        let missing: Vec<String> = needs
            .filter(|need| !given.contains(need))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            let reason = format!(
                "`{}` needs {}, which the experiment does not give it on `{name}`: see `images`, and `mix` of \
                 the training",
                table.method.get_ref(),
                missing.join(", ")
            );
            return Err(source.error(table.method.span(), reason));
        }
    }
    Ok(())
}

/// How an original is trained; its seed is set later.
fn training(
    original: &Original,
    variation: &[Setting],
    source: &Source,
) -> Result<TrainSettings, CompareError> {
    let mut given = settings(&original.training);
    given.extend_from_slice(variation);
    if let Some(seed) = given.iter().find(|setting| setting.name == "seed") {
        let reason = "expected no seed here, found one: `seeds` are those of all originals";
        return Err(source.error(seed.span.clone(), reason));
    }
    let kind = CodeKind::suited_to(original.network.get_ref());
    built(source, &given, original.name.span(), |mut settings| {
        let kind = || json!(kind);
        settings.entry("code_kind").or_insert_with(kind);
        let settings: TrainSettings =
            serde_json::from_value(Json::Object(settings)).map_err(|error| error.to_string())?;
        settings
            .clone()
            .check()
            .map_err(|error| error.to_string())?;
        Ok(settings)
    })
}

fn with_seed(settings: &TrainSettings, seed: u64) -> TrainSettings {
    TrainSettings {
        seed,
        ..settings.clone()
    }
}

fn checked(settings: TrainSettings) -> Result<TrainParameters, CompareError> {
    Ok(settings.check()?)
}

/// The sets of classes that are forgotten.
fn sets(
    original: &Original,
    data: &DataPart,
    source: &Source,
) -> Result<Vec<Vec<usize>>, CompareError> {
    let refuse = |reason: String| source.error(original.forget.span(), reason);
    let expected = "expected \"each\", or a list of classes or of lists of classes";
    let class = |value: &toml::Value| match value {
        toml::Value::String(name) => data
            .classes
            .find(name)
            .map_err(|error| refuse(error.to_string())),
        toml::Value::Integer(index) => {
            let found = data.classes.find(&index.to_string());
            found.map_err(|error| refuse(error.to_string()))
        }
        other => Err(refuse(format!("{expected}, found {other}"))),
    };
    let sets: Vec<Vec<usize>> = match original.forget.get_ref() {
        toml::Value::String(word) if word == "each" => {
            (0..data.classes.len()).map(|class| vec![class]).collect()
        }
        toml::Value::Array(sets) if !sets.is_empty() => {
            let sets = sets.iter().map(|set| match set {
                toml::Value::Array(classes) => classes.iter().map(class).collect(),
                one => Ok(vec![class(one)?]),
            });
            sets.collect::<Result<_, _>>()?
        }
        other => return Err(refuse(format!("{expected}, found {other}"))),
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    for mut set in sets {
        set.sort_unstable();
        set.dedup();
        let parts = [Some(&data.train), Some(&data.test), data.held_out.as_ref()];
        for images in parts.into_iter().flatten() {
            let labels = images.labels().iter();
            let of_set = labels
                .filter(|label| set.contains(&(**label as usize)))
                .count();
            let others = images.len() - of_set;
            if of_set == 0 || others == 0 {
                let names = data.classes.names();
                let names: Vec<&str> = set.iter().map(|class| &*names[*class]).collect();
                return Err(refuse(format!(
                    "expected images of the forgotten classes ({}) and of others in every part of the data, found \
                     {of_set} and {others}",
                    names.join(", ")
                )));
            }
        }
        if found.contains(&set) {
            return Err(refuse(
                "expected different sets of classes, found one twice".to_owned(),
            ));
        }
        found.push(set);
    }
    Ok(found)
}
