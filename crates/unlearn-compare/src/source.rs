//! The text of an experiment file, and where in it something stands.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::CompareError;

/// The text of an experiment file.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// # Errors
    /// If the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, CompareError> {
        let text = fs::read_to_string(path).map_err(|source| CompareError::Read {
            path: path.into(),
            source,
        })?;
        Ok(Self {
            path: path.into(),
            text,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong at some bytes of the file: the line on which they begin is named, and the key
    /// that stands on it.
    pub fn error(&self, span: Range<usize>, reason: impl ToString) -> CompareError {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.matches('\n').count();
        let text = self.text.lines().nth(line).unwrap_or_default();
        // The value may stand on a line of its own below its key.
        let mut upwards = self.text.lines().take(line + 1).collect::<Vec<_>>();
        upwards.reverse();
        let key = match text.contains('=') || text.trim_start().starts_with('[') {
            true => key(
                text,
                span.start - before.rfind('\n').map_or(0, |place| place + 1),
            ),
            false => upwards
                .iter()
                .find(|line| line.contains('='))
                .map(|line| key(line, 0))
                .unwrap_or_default(),
        };
        CompareError::Experiment {
            path: self.path.clone(),
            line: line + 1,
            key,
            reason: reason.to_string(),
        }
    }
}

/// The last key that ends at or begins before a place of a line; within `[[...]]` the table's name.
fn key(line: &str, place: usize) -> String {
    let is_key = |letter: char| letter.is_alphanumeric() || "_-.\"".contains(letter);
    let header = line.trim();
    if header.starts_with('[') {
        return header.trim_matches(['[', ']']).to_owned();
    }
    // An inline table has several keys on a line: that which begins last before the place.
    let keys = line.match_indices('=').filter_map(|(equals, _)| {
        let before = line[..equals].trim_end();
        let start = before
            .rfind(|letter| !is_key(letter))
            .map_or(0, |place| place + 1);
        (start < before.len()).then(|| (start, before[start..].to_owned()))
    });
    let keys: Vec<(usize, String)> = keys.collect();
    let last = keys.iter().rev().find(|(start, _)| *start <= place);
    let found = last.or(keys.first());
    found.map(|(_, key)| key.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_and_its_key_are_named() {
        let text = "title = \"x\"\nseeds = [\n  1,\n  x ]\n[[method]]\nsettings = { epochs = 1, rate = 2 }\n";
        let source = Source {
            path: "e.toml".into(),
            text: text.into(),
        };
        let message = |part: &str| {
            let start = text.find(part).unwrap();
            source.error(start..start + 1, "expected less").to_string()
        };
        assert_eq!(message("\"x\""), "e.toml:1: `title`: expected less");
        assert_eq!(message("x ]"), "e.toml:4: `seeds`: expected less");
        assert_eq!(message("[[method"), "e.toml:5: `method`: expected less");
        assert_eq!(message("rate"), "e.toml:6: `rate`: expected less");
        assert_eq!(message("1, rate"), "e.toml:6: `epochs`: expected less");
        assert!(
            source
                .error(10_000..10_001, "")
                .to_string()
                .starts_with("e.toml:7")
        );
    }
}
