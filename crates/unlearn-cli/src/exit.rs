//! How the command ends.

use std::process::ExitCode;

/// What a command that ran says of its success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Nothing was wrong with the input, but the aim was not reached: training
    /// was interrupted or diverged, or a model that forgot did not pass.
    NotAchieved,
}

/// The process's exit code: 0 done, 1 not achieved, 2 bad input. Says on
/// stderr what was bad.
pub fn code(result: anyhow::Result<Exit>) -> ExitCode {
    match result {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::NotAchieved) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {}", chain(&error));
            ExitCode::from(2)
        }
    }
}

/// The error with its causes, leaving out those that the text before them
/// quotes already.
fn chain(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |text, cause| {
        let cause = cause.to_string();
        match text.is_empty() {
            true => cause,
            false if text.contains(&cause) => text,
            false => format!("{text}: {cause}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn every_cause_is_told_once() {
        let error = anyhow!("disk full").context("a: cannot be written: disk full");
        assert_eq!(chain(&error), "a: cannot be written: disk full");
        let error = anyhow!("disk full").context("a: cannot be written");
        assert_eq!(chain(&error), "a: cannot be written: disk full");
    }
}
