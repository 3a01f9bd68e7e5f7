//! The command `unlearn`: words to calls.

mod allocator;
mod args;
mod audits;
mod check;
mod codes;
mod commands;
mod data;
mod enrolment;
mod exit;
mod folder;
mod gate;
mod interrupt;
mod oracle;
mod outputs;
mod peers;
mod progress;
mod recipe;
mod resume;
mod seed;
mod session;
mod show;
mod stdout;
mod table;
mod training_recipe;
mod watch;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    allocator::tell(cli.command.repeats_itself());
    exit::code(commands::run(cli))
}
