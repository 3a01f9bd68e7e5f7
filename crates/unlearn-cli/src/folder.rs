//! A folder that a command writes to.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// A folder that a command writes to; one that was made for it goes again if
/// nothing was written.
pub struct Folder {
    made: Option<PathBuf>,
}

impl Folder {
    /// The folder, made if it is missing.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn make(path: &Path) -> anyhow::Result<Self> {
        if path.is_dir() {
            return Ok(Self { made: None });
        }
        std::fs::create_dir(path).with_context(|| format!("{}: cannot be made", path.display()))?;
        Ok(Self {
            made: Some(path.to_owned()),
        })
    }

    /// Something was written: it stays.
    pub fn keep(mut self) {
        self.made = None;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            // It stays if somebody has put a file there.
            let _ = std::fs::remove_dir(path);
        }
    }
}
