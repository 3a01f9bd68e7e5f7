//! `unlearn demo`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Map;
use unlearn::audit::{Budget, Context, Role, Subject, bias_control, code_accuracy_percent};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::Codebook;
use unlearn::data::{Dataset, LoadOptions, Normalization, Source};
use unlearn::forget::{Job, MAX_KEPT_LOSS, Request, method, recommended};
use unlearn::network::{Device, DeviceName};
use unlearn::train::{TrainSettings, Trainer};
use unlearn_report::{
    AuditRecord, AuditedModel, DataSummary, DemoFiles, DemoRecord, DemoSeconds, EvaluateRecord,
    ForgetRecord, SCHEMA, VERSION, json, page, public_settings,
};

use crate::args::DemoArgs;
use crate::audits::Audits;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::interrupt::Interrupt;
use crate::session::{Session, SessionEnd, Unfinished};
use crate::watch::MeasuringWatch;
use crate::{data, gate, outputs, recipe, show, stdout};

/// Trains, forgets, retrains, and puts the three models beside each other.
///
/// # Errors
/// If the folder cannot be written to or holds an earlier demonstration.
pub fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let name = args.device.device;
    let device = name.open()?;
    let interrupt = Interrupt::listen()?;
    let folder = Folder::make(&args.out)?;
    let paths = NAMES.map(|name| args.out.join(name));
    let paths_of = paths.each_ref().map(PathBuf::as_path);
    let [original, forgotten, retrained, codes, record, audit, report] =
        outputs::claim(paths_of, args.overwrite)?;
    let files = [
        original,
        forgotten,
        retrained,
        codes.secret()?,
        record,
        audit,
        report,
    ];

    eprintln!("drawing artificial images of coloured shapes");
    let source = Source::Shapes;
    let all = data::read(&source, &LoadOptions::default())?;
    let class = all.classes.find(recipe::CLASS)?;
    let without = data::without_classes(&all, &[recipe::CLASS])?;

    eprintln!("training a small network with one secret code per class");
    let mut original = trainer(&all, recipe::training(), &device)?;
    let Some(trained) = train("training", &mut original, &all, &interrupt)? else {
        return Ok(Exit::NotAchieved);
    };
    let (model, codes) = &original.trained(&mut MeasuringWatch::new());

    eprintln!("forgetting {}", recipe::CLASS);
    let request = Request::new(model, &[recipe::CLASS])?;
    let best = recommended(model, Some(codes), &request);
    let method = method(best.method, Map::new())?;
    let limit = Some(MAX_KEPT_LOSS);
    let job = Job::new(model, codes, &request)?.with_max_kept_loss(limit);
    let outcome = job.run(method.as_ref())?;
    let verdict = gate::verdict(limit, None, model, &request, &outcome);
    if let Some(gate) = verdict.as_ref().filter(|gate| !gate.passed) {
        gate::report(gate);
        return Ok(Exit::NotAchieved);
    }
    let forget = ForgetRecord {
        chosen_because: Some(best.why.to_owned()),
        ..ForgetRecord::new(name, model, &request, &outcome, verdict, false)
    };

    eprintln!("training another from scratch without {}", recipe::CLASS);
    let mut oracle = trainer(&without, recipe::retraining(), &device)?;
    let Some(retrained) = train("retraining", &mut oracle, &without, &interrupt)? else {
        return Ok(Exit::NotAchieved);
    };

    eprintln!("looking for what is left of {}", recipe::CLASS);
    let without_it = oracle.model();
    let models = [model, &outcome.model, &without_it];
    let models = [0, 1, 2].map(|place| (models[place], paths[place].as_path()));
    let Some(audited) = first_look(name, models, codes, &all, class, &interrupt)? else {
        return Ok(Exit::NotAchieved);
    };

    let measure = |model: &Model| -> anyhow::Result<EvaluateRecord> {
        let evaluation = data::measure(model, &all, &source, &[class])?;
        let summary = DataSummary::new(source.to_string(), &all);
        Ok(EvaluateRecord::new(
            name,
            model,
            evaluation,
            &[class],
            summary,
        ))
    };
    let [
        original_name,
        forgotten_name,
        retrained_name,
        codes_name,
        record_name,
        audit_name,
        report_name,
    ] = paths.each_ref().map(|path| path.display().to_string());
    let settings = recipe::training();
    let record = DemoRecord {
        schema: SCHEMA,
        version: VERSION.to_owned(),
        device: name,
        class: recipe::CLASS.to_owned(),
        architecture: recipe::ARCHITECTURE,
        data: DataSummary::new(source.to_string(), &all),
        settings: public_settings(&settings),
        seed: settings.seed,
        code_accuracy_percent: code_accuracy_percent(model, codes),
        original: measure(model)?,
        forgotten: measure(&outcome.model)?,
        retrained: measure(&without_it)?,
        seconds: DemoSeconds {
            train_seconds: trained.train_seconds,
            forget_seconds: forget.forget_seconds,
            retrain_seconds: retrained.train_seconds,
            total_seconds: start.elapsed().as_secs_f64(),
        },
        forget,
        audit: audited.summary.clone(),
        files: DemoFiles {
            original: original_name,
            forgotten: forgotten_name,
            retrained: retrained_name,
            codes: codes_name,
            record: record_name,
            audit: audit_name,
            report: report_name,
        },
    };
    let text = json(&record);
    let (audit, page) = (json(&audited), page(&audited));
    let contents = [
        &model.to_bytes()[..],
        &outcome.model.to_bytes(),
        &without_it.to_bytes(),
        &codes.to_bytes(model.digest()),
        text.as_bytes(),
        audit.as_bytes(),
        page.as_bytes(),
    ];
    outputs::write(files, contents)?;
    folder.keep();
    match args.json {
        true => stdout::print(&text)?,
        false => stdout::print(&show::demo(&record))?,
    }
    Ok(Exit::Done)
}

const NAMES: [&str; 7] = [
    "original.safetensors",
    "forgotten.safetensors",
    "retrained.safetensors",
    "codes.safetensors",
    "record.json",
    "audit.json",
    "report.html",
];

/// A first look for what is left of the class in the model that forgot, of
/// `[original, forgotten, retrained]`; none if the user asked to stop.
fn first_look(
    device: DeviceName,
    [before, after, retrained]: [(&Model, &Path); 3],
    codes: &Codebook,
    data: &Dataset,
    class: usize,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<AuditRecord>> {
    let files = [
        (Role::Before, before.1),
        (Role::After, after.1),
        (Role::Retrained, retrained.1),
    ];
    let subject = |role: Role, (model, _): (&Model, &Path)| Subject {
        role,
        name: role.title().to_owned(),
        model: model.clone(),
    };
    let control = bias_control(before.0, &data.train, &[class]);
    let subjects = [
        Some(subject(Role::Before, before)),
        control,
        Some(subject(Role::After, after)),
        Some(subject(Role::Retrained, retrained)),
    ];
    let subjects: Vec<Subject> = subjects.into_iter().flatten().collect();
    let (budget, seed) = (Budget::glance(), recipe::training().seed);
    let context = Context::new(&subjects, data, &[class], Some(codes), budget, seed);
    let audits = Audits {
        context: &context,
        data: data.digest,
        device,
        kept_in: None,
        only: &[],
        interrupt,
    };
    let Some(entries) = audits.run()? else {
        eprintln!("interrupted; nothing was written");
        return Ok(None);
    };
    let models = subjects.iter();
    let models = models.map(|subject| {
        let file = files.iter().find(|(role, _)| *role == subject.role);
        let file = file.map(|(_, path)| path.display().to_string());
        AuditedModel::new(subject, file, None)
    });
    let summary = DataSummary::new(Source::Shapes.to_string(), data);
    Ok(Some(AuditRecord::new(
        &context,
        device,
        summary,
        models.collect(),
        entries,
        &[],
    )))
}

/// A run of the recipe on a data set.
fn trainer<'a>(
    data: &'a Dataset,
    settings: TrainSettings,
    device: &Device,
) -> anyhow::Result<Trainer<'a>> {
    let normalization = Normalization::measure(&data.train);
    let classes = data.classes.clone();
    let metadata = ModelMetadata::new(recipe::ARCHITECTURE, data.shape, classes, normalization);
    let parameters = settings.check()?;
    Ok(Trainer::new(
        metadata,
        parameters,
        &data.train,
        data.digest,
        device,
    )?)
}

/// Trains to the end; none if the user asked to stop, or training diverged.
fn train(
    label: &str,
    trainer: &mut Trainer<'_>,
    data: &Dataset,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<SessionEnd>> {
    let settings = recipe::training();
    let session = Session {
        label,
        interrupt,
        checkpoint: None,
        samples: [data.train.len(), settings.batch_size],
        epochs: settings.epochs,
    };
    Ok(finished(session.run(trainer)?))
}

/// The session, if all its steps are done; none, with a word on stderr, if not.
fn finished(end: SessionEnd) -> Option<SessionEnd> {
    match end.finished() {
        Ok(end) => return Some(end),
        Err(Unfinished::Interrupted) => eprintln!("interrupted; nothing was written"),
        Err(Unfinished::Diverged { step }) => eprintln!(
            "the demonstration's training diverged after step {step}; nothing was written"
        ),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::EndReason;

    /// Which the caller turns into exit code 1.
    #[test]
    fn training_that_diverged_is_not_achieved() {
        let end = |reason| SessionEnd {
            reason,
            train_seconds: 1.0,
            samples_per_second: 1.0,
            history: Vec::new(),
        };
        assert!(finished(end(EndReason::Finished)).is_some());
        assert!(finished(end(EndReason::Interrupted)).is_none());
        assert!(finished(end(EndReason::Diverged { step: 3 })).is_none());
    }
}
