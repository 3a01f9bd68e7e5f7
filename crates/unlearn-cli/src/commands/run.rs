//! From words to the command that they mean.

use super::{
    audit, compare, demo, enrol, evaluate, forget, inspect, merge, methods, report, train,
};
use crate::args::{Cli, Command};
use crate::exit::Exit;

/// Runs the command that was typed.
///
/// # Errors
/// If its input is bad.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Enrol(args) => enrol::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Forget(args) => forget::run(&args),
        Command::Methods(args) => methods::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Inspect(args) => inspect::run(&args),
    }
}
