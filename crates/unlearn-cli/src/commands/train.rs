//! `unlearn train`.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use unlearn::audit::code_accuracy_percent;
use unlearn::checkpoint::{Model, ModelMetadata, OutputFile};
use unlearn::code::Codebook;
use unlearn::data::{Dataset, Normalization};
use unlearn::train::{TrainSettings, Trainer};
use unlearn_report::{DataSummary, SCHEMA, TrainRecord, VERSION, json, public_settings};

use crate::args::{NormalizationChoice, TrainArgs};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::session::{EndReason, Session, SessionEnd};
use crate::watch::MeasuringWatch;
use crate::{data, enrolment, outputs, resume, seed, show, stdout};

/// Trains a classifier and writes it with its codes.
///
/// # Errors
/// If an argument, the data or a file is bad.
pub fn run(args: &TrainArgs) -> anyhow::Result<Exit> {
    let device = args.device.device.open()?;
    let architecture = args.network.architecture()?;
    let checkpoint = outputs::resume_path(&args.out);
    outputs::refuse_same(&args.codes, &[&checkpoint])?;
    let interrupted = match args.resume {
        true => Some(resume::interrupted(&checkpoint)?),
        false => None,
    };
    let seed = match &interrupted {
        Some(run) => resume::seed(&checkpoint, run, args.seed)?,
        None => seed::seed_or_fresh(args.seed)?,
    };
    let parameters = args.recipe.settings(seed, &architecture).check()?;
    let interrupt = Interrupt::listen()?;
    let [model_file, codes_file] = outputs::claim([&args.out, &args.codes], args.overwrite)?;
    let files = [model_file, codes_file.secret()?];
    let enrolment_file = claim_enrolment(args)?;
    check_place(&checkpoint, args)?;

    let source = &args.data.data;
    let mut data = data::read(source, &args.load_options())?;
    if !args.without.is_empty() {
        data = data::without_classes(&data, &args.without)?;
    }
    let normalization = match args.normalize {
        NormalizationChoice::Auto => Normalization::measure(&data.train),
        NormalizationChoice::None => Normalization::none(data.shape[0]),
    };
    let metadata = ModelMetadata::new(
        architecture,
        data.shape,
        data.classes.clone(),
        normalization,
    );
    let settings = parameters.settings().clone();
    let mut trainer = match &interrupted {
        Some(_) => {
            let (samples, digest) = (&data.train, data.digest);
            Trainer::resume(&checkpoint, metadata, parameters, samples, digest, &device)?
        }
        None => Trainer::new(metadata, parameters, &data.train, data.digest, &device)?,
    };
    let resumed_at_step = interrupted.map(|_| trainer.steps_done());

    let session = Session {
        label: "training",
        interrupt: &interrupt,
        checkpoint: Some(&checkpoint),
        samples: [data.train.len(), settings.batch_size],
        epochs: settings.epochs,
    };
    let end = session.run(&mut trainer)?;
    match end.reason {
        EndReason::Finished => {}
        EndReason::Interrupted => {
            let step = trainer.steps_done();
            eprintln!(
                "interrupted after step {step}; the run is kept in {path}, with its secret seed\n\
                 to go on: the same command with --resume",
                path = checkpoint.display()
            );
            return Ok(Exit::NotAchieved);
        }
        EndReason::Diverged { step } => {
            outputs::remove(&checkpoint)?;
            eprintln!(
                "training diverged: loss or weights are not finite after step {step}; \
                 nothing was written: try a smaller --learning-rate"
            );
            return Ok(Exit::NotAchieved);
        }
    }
    let start = Instant::now();
    let trained = trainer.trained(&mut MeasuringWatch::new());
    let class_means_seconds = start.elapsed().as_secs_f64();
    let record = TrainRecord {
        resumed_at_step,
        class_means_seconds,
        ..record(args, &data, &trained, &settings, end)?
    };
    write(files, &trained)?;
    if let Some(file) = enrolment_file {
        let (model, codes) = &trained;
        enrolment::write(model, codes, file)?;
    }
    outputs::remove(&checkpoint)?;
    if record
        .code_accuracy_percent
        .is_some_and(|accuracy| accuracy < 100.0)
    {
        eprintln!(
            "note: not all codes were learned, and without its code a class cannot be forgotten well: \
             train longer, or plant more (--mix 0.3), or take others (--code-kind, --code-block)"
        );
    }
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::train(&record, &args.out, &args.codes))?,
    }
    Ok(Exit::Done)
}

fn claim_enrolment(args: &TrainArgs) -> anyhow::Result<Option<OutputFile>> {
    let Some(path) = &args.enrolment else {
        return Ok(None);
    };
    if args.recipe.mix == 0.0 {
        bail!("--enrolment: expected codes to enrol, found none planted (--mix 0)");
    }
    let checkpoint = outputs::resume_path(&args.out);
    outputs::refuse_same(path, &[&args.out, &args.codes, &checkpoint])?;
    Ok(Some(OutputFile::claim(path, args.overwrite)?.secret()?))
}

/// Refuses to run over an interrupted run that nobody asked to discard.
fn check_place(checkpoint: &Path, args: &TrainArgs) -> anyhow::Result<()> {
    if checkpoint.exists() && !args.resume && !args.overwrite {
        bail!(
            "{}: expected no interrupted run, found one: go on with --resume, or discard it with --overwrite",
            checkpoint.display()
        );
    }
    // Known now rather than after the first epoch.
    drop(OutputFile::claim(checkpoint, true)?);
    Ok(())
}

fn record(
    args: &TrainArgs,
    data: &Dataset,
    (model, codes): &(Model, Codebook),
    settings: &TrainSettings,
    end: SessionEnd,
) -> anyhow::Result<TrainRecord> {
    let source = &args.data.data;
    let evaluation = match data.test.is_empty() {
        true => None,
        false => Some(data::measure(model, data, source, &[])?),
    };
    Ok(TrainRecord {
        schema: SCHEMA,
        version: VERSION.to_owned(),
        device: args.device.device,
        epochs: settings.epochs,
        train_seconds: end.train_seconds,
        samples_per_second: end.samples_per_second,
        accuracy_percent: evaluation.map(|evaluation| evaluation.accuracy_percent),
        code_accuracy_percent: code_accuracy_percent(model, codes),
        resumed_at_step: None,
        class_means_seconds: 0.0,
        architecture: model.metadata.architecture.clone(),
        parameters_total: model.network.trained_element_count(),
        data: DataSummary::new(source.to_string(), data),
        settings: public_settings(settings),
        model_digest: model.digest(),
        history: end.history,
    })
}

fn write(files: [OutputFile; 2], (model, codes): &(Model, Codebook)) -> anyhow::Result<()> {
    let codes = codes.to_bytes(model.digest());
    outputs::write(files, [&model.to_bytes(), &codes])
}
