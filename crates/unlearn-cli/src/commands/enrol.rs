//! `unlearn enrol`.

use std::time::Instant;

use unlearn::checkpoint::Model;
use unlearn::enrol::{PartialEnrolment, Shard};
use unlearn_report::{EnrolRecord, json};

use crate::args::EnrolArgs;
use crate::exit::Exit;
use crate::progress::SamplesBar;
use crate::{codes, outputs, show, stdout};

/// Enrols a model, or a part of its classes.
///
/// # Errors
/// If an argument or a file is bad.
pub fn run(args: &EnrolArgs) -> anyhow::Result<Exit> {
    let name = args.device.device;
    let device = name.open()?;
    outputs::refuse_same(&args.out, &[&args.model, &args.codes])?;
    let [file] = outputs::claim([&args.out], args.overwrite)?;
    let mut file = file.secret()?;
    let model = Model::read(&args.model, &device)?;
    let codes = codes::read(&args.codes, &model)?;
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let classes = shard.of(&model.metadata.planted()).len();
    let bar = SamplesBar::new("enrolling classes", classes);
    let start = Instant::now();
    let part = PartialEnrolment::new(&model, &codes, shard, |done| bar.show(done))?;
    let seconds = start.elapsed().as_secs_f64();
    drop(bar);
    match args.shard {
        Some(_) => part.fill(&model, &mut file)?,
        None => part.finish(&model)?.fill(&model, &mut file)?,
    }
    file.finish()?;
    let shard = args.shard.map(|shard| shard.to_string());
    let record = EnrolRecord::new(name, &model, classes, shard, seconds);
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::enrol(&record, &args.out))?,
    }
    Ok(Exit::Done)
}
