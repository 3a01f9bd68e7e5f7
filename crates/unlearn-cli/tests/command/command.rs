//! Running the command.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

/// What a run of the command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The command in a folder, with the arguments given, parted by spaces.
pub fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unlearn"));
    command
        .current_dir(folder)
        .env_remove("RAYON_NUM_THREADS")
        .env_remove("COLUMNS")
        .args(arguments.split_whitespace());
    command
}

/// Runs the command in a folder, with the arguments given, parted by spaces.
pub fn run(folder: &Path, arguments: &str) -> Ran {
    command(folder, arguments).output().unwrap().into()
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts that the command did what it should; gives its stdout.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// Asserts that the aim was not reached and that stderr holds all of
    /// `parts`; gives its stdout.
    #[track_caller]
    pub fn not_achieved(self, parts: &[&str]) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "no `{part}` in: {}",
                self.stderr
            );
        }
        self.stdout
    }

    /// Asserts that the input was bad, that the message holds all of `parts`,
    /// and that there is no result on stdout.
    #[track_caller]
    pub fn bad(self, parts: &[&str]) {
        assert_eq!(self.code, Some(2), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        assert_eq!(self.stdout, "");
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "no `{part}` in: {}",
                self.stderr
            );
        }
    }
}

/// Runs the command with `--json`; gives the object that it prints.
#[track_caller]
pub fn object(folder: &Path, arguments: &str) -> Json {
    parse(&run(folder, &format!("{arguments} --json")).done())
}

/// The object that was printed.
#[track_caller]
pub fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// The names of the files in a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
