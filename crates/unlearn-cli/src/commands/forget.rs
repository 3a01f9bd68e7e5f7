//! `unlearn forget`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Map;
use unlearn::checkpoint::Model;
use unlearn::enrol::{EnrolError, Enrolment};
use unlearn::forget::{
    CatalogEntry, ForgetError, Job, Method, Need, Outcome, Request, method, recommended,
};
use unlearn::train::Flow;
use unlearn::tune::Watch;
use unlearn_report::{ForgetRecord, json};

use crate::args::ForgetArgs;
use crate::check::Check;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::progress::StepsBar;
use crate::session::is_finite;
use crate::{codes, data, enrolment, gate, outputs, show, stdout, training_recipe as recipe};

/// Makes a model forget classes and writes the one that forgot, if it passes.
///
/// # Errors
/// If an argument or a file is bad.
pub fn run(args: &ForgetArgs) -> anyhow::Result<Exit> {
    let name = args.device.device;
    let device = name.open()?;
    let named = args.named_method();
    let named = named
        .map(|name| method(name, args.settings()))
        .transpose()?;
    let file = match args.out.as_ref().filter(|_| !args.dry_run) {
        Some(out) => {
            let read = [&args.codes, &args.enrolment, &args.recipe];
            let read: Vec<&Path> = read.into_iter().flatten().map(PathBuf::as_path).collect();
            outputs::refuse_same(out, &read)?;
            Some(outputs::claim([out], args.overwrite)?)
        }
        None => None,
    };
    let next_enrolment = match args.enrolment_out.as_ref().filter(|_| !args.dry_run) {
        Some(path) => {
            let others = [&args.codes, &args.enrolment, &args.out, &args.recipe];
            let others = others.into_iter().flatten().chain([&args.model]);
            let others: Vec<&Path> = others.map(PathBuf::as_path).collect();
            outputs::refuse_same(path, &others)?;
            let [file] = outputs::claim([path], args.overwrite)?;
            Some(file.secret()?)
        }
        None => None,
    };
    let model = Model::read(&args.model, &device)?;
    let codes = args.codes.as_ref();
    let codes = codes.map(|path| codes::read(path, &model)).transpose()?;
    let model_name = || args.model.display().to_string();
    let request = Request::new(&model, &args.classes).with_context(model_name)?;
    let (method, why) = match named {
        Some(method) => (method, None),
        None => {
            let best = recommended(&model, codes.as_ref(), &request);
            (method(best.method, Map::new())?, Some(best.why))
        }
    };
    let is_by_codes = method.name() == "mnemonic";
    let check = Check::read(&args.check, &model, &request)?;
    let recipe = args.recipe.as_deref().map(recipe::read).transpose()?;
    let images = match &args.data {
        Some(source) => Some(data::read_for(&model, source, args.check.reading.options())?.train),
        None => None,
    };
    let known = known(args, &model)?;
    let max_kept_loss = args.max_kept_loss();
    let mut job = match &codes {
        Some(codes) => Job::new(&model, codes, &request).with_context(model_name)?,
        None => Job::without_codes(&model, &request),
    };
    job = job
        .with_max_kept_loss(max_kept_loss)
        .with_seed(args.method_seed);
    if let Some((path, enrolment)) = args.enrolment.as_ref().zip(known.as_ref()) {
        let name = || path.display().to_string();
        job = job.with_enrolment(enrolment).with_context(name)?;
    }
    if let Some(recipe) = &recipe {
        job = job.with_recipe(recipe);
    }
    if let Some(images) = &images {
        let augmentation = recipe.as_ref().map(|recipe| recipe.settings().augmentation);
        job = job.with_images(images, augmentation.unwrap_or_default())?;
    }
    if args.dry_run {
        job = job.with_curves();
    }
    let Some(outcome) = watched(job, method.as_ref())? else {
        return Ok(Exit::NotAchieved);
    };
    if let Some(reason) = not_finite(&method.entry(), &outcome) {
        eprintln!("{reason}");
        return Ok(Exit::NotAchieved);
    }
    let verdict = gate::verdict(max_kept_loss, check.as_ref(), &model, &request, &outcome);
    let record = ForgetRecord {
        chosen_because: why.map(str::to_owned),
        ..ForgetRecord::new(name, &model, &request, &outcome, verdict, args.dry_run)
    };
    let broken = record.gate.as_ref().filter(|gate| !gate.passed);
    let moved = outcome.parameters_changed() > 0;
    if !moved && broken.is_none() && !is_by_codes {
        eprintln!("no weight moved; nothing was written");
        return Ok(Exit::NotAchieved);
    }
    if !moved && broken.is_none() {
        eprintln!(
            "no weight moved; nothing was written: the codes reach none within --scope, \
             or their gradients are too small to be told from zero"
        );
        return Ok(Exit::NotAchieved);
    }
    if let Some(file) = file.filter(|_| broken.is_none()) {
        let [mut file] = file;
        outcome.model.fill(&mut file)?;
        file.finish()?;
        if let Some((file, codes)) = next_enrolment.zip(codes.as_ref()) {
            let models = [&model, &outcome.model];
            enrolment::write_next(known.as_ref(), models, codes, file)?;
        }
    }
    if args.json {
        stdout::print(&json(&record))?;
    } else if args.dry_run || broken.is_none() {
        stdout::print(&show::forget(&record, args.out.as_deref()))?;
    }
    if let Some(gate) = broken {
        gate::report(gate);
        if !moved {
            eprintln!(
                "  no weight moved: the codes reach none within --scope, \
                 or at no strength that was tried are they forgotten"
            );
        }
        return Ok(Exit::NotAchieved);
    }
    advise(&record);
    Ok(Exit::Done)
}

/// Runs the method with a bar on stderr; none, with a word there, where Ctrl-C
/// stopped it.
///
/// # Errors
/// If the method cannot carry out the request.
fn watched(job: Job<'_>, method: &dyn Method) -> anyhow::Result<Option<Outcome>> {
    if method.entry().needs.iter().all(|need| *need == Need::Codes) {
        // Over in a moment, and without steps.
        return Ok(Some(job.run(method)?));
    }
    let (interrupt, bar) = (Interrupt::listen()?, StepsBar::new("forgetting"));
    let step = |steps| {
        bar.show(steps);
        match interrupt.is_asked() {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    };
    let outcome = job.with_watch(Watch::new(&step)).run(method);
    drop(bar);
    match outcome {
        Err(ForgetError::Stopped(stopped)) => {
            eprintln!("{stopped}; nothing was written");
            Ok(None)
        }
        outcome => Ok(Some(outcome?)),
    }
}

/// The enrolment that was named; none, with a word on stderr, where it is that
/// of another model or of an earlier version.
fn known(args: &ForgetArgs, model: &Model) -> anyhow::Result<Option<Enrolment>> {
    let Some(path) = &args.enrolment else {
        return Ok(None);
    };
    match Enrolment::open(path, model) {
        Ok(enrolment) => Ok(Some(enrolment)),
        Err(stale @ (EnrolError::Stale { .. } | EnrolError::Outdated { .. })) => {
            eprintln!("note: {}: {stale}; all is computed anew", path.display());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why numbers of the outcome cannot be stored or believed, if so.
fn not_finite(entry: &CatalogEntry, outcome: &Outcome) -> Option<String> {
    let what = if !is_finite(&outcome.model) {
        "the moved weights are not finite"
    } else if !outcome.codes.is_none_or(|codes| codes.is_finite()) {
        "the moved network's answers are not finite"
    } else {
        return None;
    };
    Some(format!("{what}; nothing was written{}", tamer(entry)))
}

/// What to try for smaller moves, of the settings that a method has; empty where it has none.
fn tamer(entry: &CatalogEntry) -> &'static str {
    let settings = (entry.defaults)();
    let has = |name: &str| settings.contains_key(name);
    if has("lambda1") {
        ": try a smaller --lambda1 or --lambda2"
    } else if has("learning_rate") && has("clip_norm") {
        ": try a smaller learning_rate, or clip_norm"
    } else if has("learning_rate") {
        ": try a smaller learning_rate"
    } else if has("weight_decay") {
        ": try a larger weight_decay"
    } else {
        ""
    }
}

/// Says on stderr where the codes found fault with the result.
fn advise(record: &ForgetRecord) {
    // Only who chose the strength can choose another.
    let or_else = |advice| match record.strength.as_deref() {
        Some("manual") => advice,
        _ => "",
    };
    let Some((before, after)) = record.codes_before.zip(record.codes) else {
        return;
    };
    if after.forgotten_error_percent < 100.0 {
        let advice = or_else(": larger lambdas forget more");
        eprintln!("note: a forgotten class still answers to its code{advice}");
    }
    if after.kept_accuracy_percent < before.kept_accuracy_percent {
        let advice = or_else(": smaller lambdas keep more");
        eprintln!("note: a kept class no longer answers to its code{advice}");
    }
}

#[cfg(test)]
mod tests {
    use unlearn::forget::CATALOG;

    use super::*;

    #[test]
    fn advice_names_settings_that_the_method_has() {
        let all = [
            "lambda1",
            "lambda2",
            "learning_rate",
            "clip_norm",
            "weight_decay",
        ];
        for entry in CATALOG {
            let (settings, advice) = ((entry.defaults)(), tamer(entry));
            for name in all.into_iter().filter(|name| advice.contains(name)) {
                assert!(settings.contains_key(name), "{}: {advice}", entry.name);
            }
        }
        let transplant = CATALOG.iter().find(|entry| entry.name == "transplant");
        assert_eq!(tamer(transplant.unwrap()), ": try a larger weight_decay");
    }
}
