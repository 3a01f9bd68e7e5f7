//! `unlearn report`.

use anyhow::Context;
use unlearn::checkpoint::OutputFile;
use unlearn_report::{AuditRecord, page};

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::outputs;

/// Makes the page of an audit again.
///
/// # Errors
/// If the file is not the record of an audit, or the page cannot be written.
pub fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    outputs::refuse_same(&args.out, &[&args.record])?;
    let file = OutputFile::claim(&args.out, args.overwrite)?;
    let name = args.record.display();
    let text = std::fs::read(&args.record).with_context(|| format!("{name}: cannot be read"))?;
    let record: AuditRecord = serde_json::from_slice(&text)
        .with_context(|| format!("{name}: expected the record of an audit"))?;
    record
        .check()
        .with_context(|| format!("{name}: expected the record of an audit"))?;
    file.write(page(&record).as_bytes())?;
    Ok(Exit::Done)
}
