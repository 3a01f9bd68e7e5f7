//! Data on stdout.

use std::io::{ErrorKind, Write};

use anyhow::Context;

/// Writes text to stdout. A reader that closed the pipe (`| head`) has what it
/// wanted: that is no error.
///
/// # Errors
/// If stdout cannot be written to for another reason.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout: cannot be written"),
    }
}
