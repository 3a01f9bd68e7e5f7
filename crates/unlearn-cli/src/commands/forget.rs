//! `unlearn forget`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::enrol::{EnrolError, Enrolment};
use unlearn::forget::{Job, Outcome, Request, method};
use unlearn::network::Device;
use unlearn_report::{ForgetRecord, json};

use crate::args::ForgetArgs;
use crate::check::Check;
use crate::exit::Exit;
use crate::session::is_finite;
use crate::{gate, outputs, show, stdout};

/// Makes a model forget classes and writes the one that forgot, if it passes.
///
/// # Errors
/// If an argument or a file is bad.
pub fn run(args: &ForgetArgs) -> anyhow::Result<Exit> {
    let method = method(&args.method, args.settings())?;
    let file = match args.out.as_ref().filter(|_| !args.dry_run) {
        Some(out) => {
            let read = [Some(&args.codes), args.enrolment.as_ref()];
            let read: Vec<&Path> = read.into_iter().flatten().map(PathBuf::as_path).collect();
            outputs::refuse_same(out, &read)?;
            Some(outputs::claim([out], args.overwrite)?)
        }
        None => None,
    };
    let model = Model::read(&args.model, &Device::flex())?;
    let (codes, metadata) = Codebook::read(&args.codes)?;
    let codes_name = || args.codes.display().to_string();
    // What is easier to understand than two digests goes first.
    codes.check_fit(&model).with_context(codes_name)?;
    metadata.check_model(&model).with_context(codes_name)?;
    let model_name = || args.model.display().to_string();
    let request = Request::new(&model, &args.classes).with_context(model_name)?;
    let check = Check::read(&args.check, &model, &request)?;
    let max_kept_loss = args.max_kept_loss();
    let job = Job::new(&model, &codes, &request)?.with_max_kept_loss(max_kept_loss);
    let enrolment = enrolment(args, &model)?;
    let job = match args.enrolment.as_ref().zip(enrolment.as_ref()) {
        Some((path, enrolment)) => job
            .with_enrolment(enrolment)
            .with_context(|| path.display().to_string())?,
        None => job,
    };
    let job = match args.dry_run {
        true => job.with_curves(),
        false => job,
    };
    let outcome = job.run(method.as_ref())?;
    if let Some(reason) = not_finite(&outcome) {
        eprintln!("{reason}");
        return Ok(Exit::NotAchieved);
    }
    let verdict = gate::verdict(max_kept_loss, check.as_ref(), &model, &request, &outcome);
    let record = ForgetRecord::new(&model, &request, &outcome, verdict, args.dry_run);
    let broken = record.gate.as_ref().filter(|gate| !gate.passed);
    let moved = outcome.parameters_changed() > 0;
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

/// The enrolment that was named; none, with a word on stderr, where it is that
/// of another model.
fn enrolment(args: &ForgetArgs, model: &Model) -> anyhow::Result<Option<Enrolment>> {
    let Some(path) = &args.enrolment else {
        return Ok(None);
    };
    match Enrolment::open(path, model) {
        Ok(enrolment) => Ok(Some(enrolment)),
        Err(stale @ EnrolError::Stale { .. }) => {
            eprintln!("note: {}: {stale}; all is computed anew", path.display());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why numbers of the outcome cannot be stored or believed, if so.
fn not_finite(outcome: &Outcome) -> Option<&'static str> {
    if !is_finite(&outcome.model) {
        Some(
            "the moved weights are not finite; nothing was written: try a smaller --lambda1 or --lambda2",
        )
    } else if !outcome.codes.is_finite() {
        Some("the moved network's answers are not finite; nothing was written: try smaller lambdas")
    } else {
        None
    }
}

/// Says on stderr where the codes found fault with the result.
fn advise(record: &ForgetRecord) {
    // Only who chose the strength can choose another.
    let or_else = |advice| match record.strength.as_deref() {
        Some("manual") => advice,
        _ => "",
    };
    if record.codes.forgotten_error_percent < 100.0 {
        let advice = or_else(": larger lambdas forget more");
        eprintln!("note: a forgotten class still answers to its code{advice}");
    }
    if record.codes.kept_accuracy_percent < record.codes_before.kept_accuracy_percent {
        let advice = or_else(": smaller lambdas keep more");
        eprintln!("note: a kept class no longer answers to its code{advice}");
    }
}
