//! `unlearn merge`.

use std::time::Instant;

use anyhow::Context;
use unlearn::checkpoint::Model;
use unlearn::enrol::PartialEnrolment;
use unlearn::network::DeviceName;
use unlearn_report::{EnrolRecord, json};

use crate::args::MergeArgs;
use crate::exit::Exit;
use crate::{outputs, show, stdout};

/// Joins the parts of an enrolment.
///
/// # Errors
/// If an argument or a file is bad, or the parts do not make a whole.
pub fn run(args: &MergeArgs) -> anyhow::Result<Exit> {
    let parts = args.parts.iter().map(|part| part.as_path());
    let inputs: Vec<_> = parts.chain([args.model.as_path()]).collect();
    outputs::refuse_same(&args.out, &inputs)?;
    let [file] = outputs::claim([&args.out], args.overwrite)?;
    let mut file = file.secret()?;
    let name = DeviceName::Flex;
    let model = Model::read(&args.model, &name.open()?)?;
    let start = Instant::now();
    let mut joined: Option<PartialEnrolment> = None;
    for path in &args.parts {
        let name = || path.display().to_string();
        let part = PartialEnrolment::read(path, &model).with_context(name)?;
        match &mut joined {
            Some(joined) => joined.join(part).with_context(name)?,
            None => joined = Some(part),
        }
    }
    let joined = joined.context("expected at least one part, found none")?;
    joined.finish(&model)?.fill(&model, &mut file)?;
    file.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    let classes = model.metadata.planted().len();
    let record = EnrolRecord::new(name, &model, classes, None, seconds);
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::enrol(&record, &args.out))?,
    }
    Ok(Exit::Done)
}
