//! `unlearn forget`.

use anyhow::Context;
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::forget::{Job, Request, method};
use unlearn::network::Device;
use unlearn_report::{ForgetRecord, json};

use crate::args::ForgetArgs;
use crate::exit::Exit;
use crate::session::is_finite;
use crate::{outputs, show, stdout};

/// Makes a model forget classes and writes the one that forgot.
///
/// # Errors
/// If an argument or a file is bad.
pub fn run(args: &ForgetArgs) -> anyhow::Result<Exit> {
    let method = method(&args.method, args.settings())?;
    let file = match args.out.as_ref().filter(|_| !args.dry_run) {
        Some(out) => {
            outputs::refuse_same(out, &[&args.codes])?;
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
    let outcome = Job::new(&model, &codes, &request)?.run(method.as_ref())?;
    if !is_finite(&outcome.model) {
        eprintln!(
            "the moved weights are not finite; nothing was written: try a smaller --lambda1 or --lambda2"
        );
        return Ok(Exit::NotAchieved);
    }
    if outcome.parameters_changed() == 0 {
        eprintln!(
            "no weight moved; nothing was written: the codes reach none within --scope, \
             or their gradients are too small to be told from zero"
        );
        return Ok(Exit::NotAchieved);
    }
    if !(outcome.codes.forgotten_loss.is_finite() && outcome.codes.kept_loss.is_finite()) {
        eprintln!(
            "the moved network's answers are not finite; nothing was written: try smaller lambdas"
        );
        return Ok(Exit::NotAchieved);
    }
    let record = ForgetRecord::new(&model, &request, &outcome, args.dry_run);
    if let Some(file) = file {
        outputs::write(file, [&outcome.model.to_bytes()])?;
    }
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::forget(&record, args.out.as_deref()))?,
    }
    advise(&record);
    Ok(Exit::Done)
}

/// Says on stderr where the codes found fault with the result.
fn advise(record: &ForgetRecord) {
    if record.codes.forgotten_error_percent < 100.0 {
        eprintln!("note: a forgotten class still answers to its code: larger lambdas forget more");
    }
    if record.codes.kept_accuracy_percent < 100.0 {
        eprintln!("note: a kept class no longer answers to its code: smaller lambdas keep more");
    }
}
