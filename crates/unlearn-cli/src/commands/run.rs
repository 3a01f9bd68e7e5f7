//! From words to the command that they mean.

use super::{
    audit, compare, demo, enrol, evaluate, forget, inspect, merge, methods, report, train,
};
use crate::allocator;
use crate::args::{Cli, Command};
use crate::exit::Exit;

/// Runs the command that was typed.
///
/// # Errors
/// If its input is bad.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    if trains(&cli.command) {
        allocator::keep_memory();
    }
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

/// Whether a command goes through many steps of the same kind; for one that does not, memory
/// kept between steps would only add to its peak.
fn trains(command: &Command) -> bool {
    matches!(
        command,
        Command::Demo(_) | Command::Train(_) | Command::Compare(_) | Command::Audit(_)
    )
}
