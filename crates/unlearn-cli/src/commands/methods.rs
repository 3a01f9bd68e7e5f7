//! `unlearn methods`.

use unlearn_report::{MethodsRecord, json};

use crate::args::MethodsArgs;
use crate::exit::Exit;
use crate::{show, stdout};

/// Lists the methods.
///
/// # Errors
/// If stdout cannot be written to.
pub fn run(args: &MethodsArgs) -> anyhow::Result<Exit> {
    let record = MethodsRecord::of_catalog();
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::methods(&record))?,
    }
    Ok(Exit::Done)
}
