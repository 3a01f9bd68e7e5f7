//! `unlearn inspect`.

use anyhow::Context;
use unlearn::checkpoint::{FileKind, Model, file_kind};
use unlearn::code::Codebook;
use unlearn::data::Digest;
use unlearn::enrol::EnrolmentMetadata;
use unlearn::network::Device;
use unlearn::train::InterruptedRun;
use unlearn_report::{FileContent, InspectRecord, json};

use crate::args::InspectArgs;
use crate::exit::Exit;
use crate::{show, stdout};

/// Says what a file holds.
///
/// # Errors
/// If it is not a sound file of ours.
pub fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let path = &args.file;
    let bytes =
        std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let content = match file_kind(path, &bytes)? {
        FileKind::Model => FileContent::model(&Model::parse(path, &bytes, &Device::flex())?),
        FileKind::Codes => {
            let (codes, metadata) = Codebook::parse(path, &bytes)?;
            FileContent::codes(&metadata, &codes)
        }
        FileKind::Enrolment | FileKind::PartialEnrolment => {
            FileContent::enrolment(&EnrolmentMetadata::read(path)?)
        }
        FileKind::Training => FileContent::training(&InterruptedRun::read(path)?),
    };
    let record = InspectRecord::new(path.display().to_string(), Digest::of(&bytes), content);
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::inspect(&record))?,
    }
    Ok(Exit::Done)
}
