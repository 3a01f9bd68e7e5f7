//! `unlearn compare`.

use std::path::{Path, PathBuf};

use unlearn::checkpoint::OutputFile;
use unlearn::enrol::Shard;
use unlearn::train::Flow;
use unlearn_compare::{CompareError, Experiment, Plan, adopt, finished, records, run as run_cells};
use unlearn_report::{
    CompareRecord, ComparisonRecord, comparison_csv, comparison_markdown, comparison_page, json,
    json_line,
};

use crate::args::CompareArgs;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::progress::CellsBar;
use crate::{show, stdout};

/// Does what an experiment file asks for, and writes its tables when all of it is done.
///
/// # Errors
/// If the file, its data or a file of an earlier run is bad.
pub fn run(args: &CompareArgs) -> anyhow::Result<Exit> {
    let experiment = Experiment::read(&args.experiment)?;
    let plan = Plan::new(&experiment, &args.data, args.device.device)?;
    let all = plan.cells().len();
    if args.dry_run {
        let done = finished(&plan, &args.out)?;
        return told(args, CompareRecord::unfinished(plan.title(), all, done));
    }
    if !args.merge.is_empty() {
        adopt(&plan, &args.out, &args.merge)?;
        return finish(args, &plan);
    }
    let (interrupt, bar) = (Interrupt::listen()?, CellsBar::new());
    let observer = |progress: &unlearn_compare::Progress<'_>| {
        bar.show(progress);
        match interrupt.is_asked() {
            true => Flow::Stop,
            false => Flow::Continue,
        }
    };
    let ran = run_cells(
        &plan,
        &args.out,
        args.shard.unwrap_or(Shard::WHOLE),
        args.jobs,
        &observer,
    );
    drop(bar);
    match ran {
        Err(stopped @ CompareError::Stopped { .. }) => {
            eprintln!("{stopped}; to go on: the same command");
            return Ok(Exit::NotAchieved);
        }
        ran => ran?,
    }
    match finished(&plan, &args.out)? {
        done if done < all => told(args, CompareRecord::unfinished(plan.title(), all, done)),
        _ => finish(args, &plan),
    }
}

/// Writes the records, the tables and the page of an experiment that is done.
///
/// # Errors
/// If a cell is missing, or a file cannot be written.
fn finish(args: &CompareArgs, plan: &Plan) -> anyhow::Result<Exit> {
    let records = records(plan, &args.out)?;
    let comparison = ComparisonRecord::new(plan.title(), &records);
    let lines: String = records.iter().map(json_line).collect();
    let contents = [
        ("jsonl", lines),
        ("md", comparison_markdown(&comparison)),
        ("csv", comparison_csv(&comparison)),
        ("html", comparison_page(&records)),
    ];
    let mut files = Vec::new();
    for (ending, text) in contents {
        let path = file(args, ending);
        // They follow from what is done, and are made anew whenever it is asked for.
        OutputFile::claim(&path, true)?.write(text.as_bytes())?;
        files.push(path.display().to_string());
    }
    told(args, CompareRecord::finished(comparison, files))
}

/// A result's file, named as the experiment's.
fn file(args: &CompareArgs, ending: &str) -> PathBuf {
    let stem = args.experiment.file_stem().unwrap_or_default();
    args.out.join(Path::new(stem)).with_added_extension(ending)
}

fn told(args: &CompareArgs, record: CompareRecord) -> anyhow::Result<Exit> {
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::compare(&record))?,
    }
    Ok(Exit::Done)
}
