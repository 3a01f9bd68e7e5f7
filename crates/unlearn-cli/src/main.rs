//! The command `unlearn`: words to calls.

mod args;
mod audits;
mod check;
mod commands;
mod data;
mod exit;
mod folder;
mod gate;
mod interrupt;
mod oracle;
mod outputs;
mod progress;
mod recipe;
mod resume;
mod seed;
mod session;
mod show;
mod stdout;
mod table;
mod watch;

use std::process::ExitCode;

use clap::Parser;

/// The system's allocator gives large tensors back to the system after every
/// training step and asks for them anew at the next, which costs page faults;
/// this one keeps them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let result = commands::run(args::Cli::parse());
    exit::code(result)
}
