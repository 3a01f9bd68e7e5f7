//! From words to the command that they mean.

use super::{demo, evaluate, forget, inspect, train};
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
        Command::Forget(args) => forget::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Inspect(args) => inspect::run(&args),
    }
}
