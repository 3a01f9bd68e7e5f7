//! `unlearn report`.

use anyhow::{Context, bail};
use unlearn::checkpoint::OutputFile;
use unlearn_report::{AuditRecord, CellRecord, comparison_page, page};

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::outputs;

/// Makes the page of an audit or of a comparison again.
///
/// # Errors
/// If the file is not the record of an audit and does not hold those of a comparison, or the page cannot be written.
pub fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    outputs::refuse_same(&args.out, &[&args.record])?;
    let file = OutputFile::claim(&args.out, args.overwrite)?;
    let name = args.record.display();
    let text = std::fs::read(&args.record).with_context(|| format!("{name}: cannot be read"))?;
    let ending = args.record.extension();
    let page = match ending.is_some_and(|ending| ending == "jsonl") {
        true => cells(&text)
            .map(|cells| comparison_page(&cells))
            .with_context(|| format!("{name}: expected the records of a comparison"))?,
        false => audit(&text)
            .map(|record| page(&record))
            .with_context(|| format!("{name}: expected the record of an audit"))?,
    };
    file.write(page.as_bytes())?;
    Ok(Exit::Done)
}

fn audit(text: &[u8]) -> anyhow::Result<AuditRecord> {
    let record: AuditRecord = serde_json::from_slice(text)?;
    record.check()?;
    Ok(record)
}

/// One per line.
fn cells(text: &[u8]) -> anyhow::Result<Vec<CellRecord>> {
    let cells = serde_json::Deserializer::from_slice(text).into_iter();
    let cells: Vec<CellRecord> = cells.collect::<Result<_, _>>()?;
    match cells.is_empty() {
        true => bail!("expected a line for every cell, found none"),
        false => Ok(cells),
    }
}
