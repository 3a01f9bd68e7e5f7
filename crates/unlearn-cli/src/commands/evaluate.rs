//! `unlearn evaluate`.

use unlearn::audit::Evaluation;
use unlearn::checkpoint::Model;
use unlearn_report::{DataSummary, EvaluateRecord, EvaluationsRecord, FileEvaluation, json};

use crate::args::EvaluateArgs;
use crate::exit::Exit;
use crate::{data, show, stdout};

/// Measures models on the test part of a data set.
///
/// # Errors
/// If an argument, the data or a file is bad.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    let name = args.device.device;
    let device = name.open()?;
    let files = &args.models;
    let models = files.iter().map(|file| Model::read(file, &device));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    for (file, model) in files.iter().zip(&models) {
        data::refuse_unlike((file, model), (&files[0], &models[0]))?;
    }
    let is_one = models.len() == 1;
    let forgotten = models.iter().map(|model| {
        let of_its_own = args.forgotten.is_empty() && !is_one;
        let names = match of_its_own {
            true => &model.metadata.forgotten,
            false => &args.forgotten,
        };
        data::classes(model, names)
    });
    let forgotten = forgotten.collect::<anyhow::Result<Vec<_>>>()?;

    let source = &args.data.data;
    let data = data::read_for(&models[0], source, args.data.reading.options())?;
    for classes in &forgotten {
        data::refuse_unmeasurable(&data, source, classes)?;
    }
    let confusions = data::ask(&models.iter().collect::<Vec<_>>(), &data);
    let asked = models.iter().zip(&forgotten).zip(confusions);
    let mut records: Vec<EvaluateRecord> = asked
        .map(|((model, forgotten), confusion)| {
            let evaluation = Evaluation::from_confusion(confusion, data.classes.names(), forgotten);
            let summary = DataSummary::new(source.to_string(), &data);
            EvaluateRecord::new(name, model, evaluation, forgotten, summary)
        })
        .collect();
    if is_one {
        let record = records.remove(0);
        match args.json {
            true => stdout::print(&json(&record))?,
            false => stdout::print(&show::evaluate(&record))?,
        }
        advise(&models[0], &record);
    } else {
        let files = files.iter().map(|file| file.display().to_string());
        let models = files.zip(records);
        let models = models.map(|(file, record)| FileEvaluation { file, record });
        let record = EvaluationsRecord::new(models.collect());
        match args.json {
            true => stdout::print(&json(&record))?,
            false => stdout::print(&show::evaluations(&record))?,
        }
    }
    Ok(Exit::Done)
}

/// Says on stderr how to measure what a model was made to forget.
fn advise(model: &Model, record: &EvaluateRecord) {
    let forgotten = &model.metadata.forgotten;
    if record.forgotten.is_empty() && !forgotten.is_empty() {
        let named = forgotten.iter();
        let named: Vec<String> = named
            .map(|name| format!("--forgotten \"{name}\""))
            .collect();
        eprintln!(
            "note: this model was made to forget {}; measure that with {}",
            forgotten.join(", "),
            named.join(" ")
        );
    }
}
