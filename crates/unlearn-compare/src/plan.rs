//! All cells of an experiment, checked before anything is trained.

use std::collections::BTreeSet;
use std::path::Path;

use rand::RngCore;
use serde_json::json;
use unlearn::checkpoint::ModelMetadata;
use unlearn::code::CodeKind;
use unlearn::data::{Normalization, stream};
use unlearn::forget::CATALOG;
use unlearn::network::DeviceName;
use unlearn::train::TrainSettings;
use unlearn_report::VERSION;

use crate::axes::combinations;
use crate::cell::{Cell, Work};
use crate::classes::sets;
use crate::data_part::{DataPart, Wanted};
use crate::experiment::{Images, Original};
use crate::given::{Setting, map};
use crate::key::{CELLS, key};
use crate::needs::check_needs;
use crate::original::PlannedOriginal;
use crate::recipe::recipe;
use crate::rows::{ORIGINAL, RETRAINED, Row, rows};
use crate::source::Source;
use crate::title::titled;
use crate::training::Training;
use crate::{CompareError, Experiment};

/// All cells of an experiment in the order of its tables, with the data that they need.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) title: String,
    pub(crate) images: Images,
    pub(crate) fisher_error: bool,
    pub(crate) device: DeviceName,
    pub(crate) data: Vec<DataPart>,
    pub(crate) originals: Vec<PlannedOriginal>,
    pub(crate) cells: Vec<Cell>,
}

impl Plan {
    /// Plans an experiment whose data sets lie in a folder, and reads them; `device` is to do the work, and is opened
    /// when it begins.
    ///
    /// # Errors
    /// If something in the file cannot be run: data that is not there, a class or a method that does not exist, a
    /// setting out of its range, a method that needs what the experiment does not give. Line and key are named.
    pub fn new(
        experiment: &Experiment,
        data_folder: &Path,
        device: DeviceName,
    ) -> Result<Self, CompareError> {
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
            fisher_error: file.fisher_error,
            device,
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
            let taken: Vec<_> = original.training.keys().collect();
            for variation in combinations(source, &original.vary, &taken)? {
                let settings = recipe(original, &variation, source)?;
                check_needs(experiment, original, &settings)?;
                for &seed in &seeds {
                    plan.add(
                        original,
                        &variation,
                        data,
                        TrainSettings {
                            seed,
                            ..settings.clone()
                        },
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
        if network.is_ensemble() {
            let error = format!(
                "`{}` is what a method makes: expected a network that is trained as a whole",
                network.name()
            );
            return Err(source.error(original.network.span(), error));
        }
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
            training: Training::new(images, metadata, settings.check()?, &[], self.device),
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
                let mut what = json!({
                    "method": method.name,
                    "settings": settings,
                    "grid": method.grid,
                    "images": format!("{:?}", self.images),
                    "seed": original.method_seed,
                });
                // It is a part of what comes of the cell only where it is asked for.
                if self.fisher_error && method.fisher_samples().is_some() {
                    what["fisher_error"] = json!(true);
                }
                what
            }
        };
        let digest = key(&json!({
            "cell": (VERSION, CELLS),
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
            self.device,
        )
    }
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
