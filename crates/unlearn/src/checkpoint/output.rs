//! Files that appear whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

/// A file could not be written; what was there before is untouched.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file is there and nobody asked to replace it.
    #[error("{path}: expected no such file, found one (use --overwrite to replace it)", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The folder is not there.
    #[error("{path}: expected an existing folder {folder}", path = path.display(), folder = folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// A folder stands where the file should be.
    #[error("{path}: expected a file name, found a folder", path = path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{path}: cannot be written: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A file to be written at the end of a long run, claimed before it.
///
/// Claiming makes a temporary file in the same folder, so a missing folder, a
/// missing permission or an existing file is known at once. The file appears
/// under its name only when [`OutputFile::write`] has written all of it; until
/// then an older file of that name stays whole, and dropping the claim leaves
/// nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    overwrite: bool,
    temporary: NamedTempFile,
}

impl OutputFile {
    /// Claims a file.
    ///
    /// # Errors
    /// If it exists and `overwrite` is false, or its folder does not exist or
    /// cannot be written to.
    pub fn claim(path: &Path, overwrite: bool) -> Result<Self, OutputError> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if path.is_dir() || path.file_name().is_none() {
            return Err(OutputError::IsFolder { path: path.into() });
        }
        if path.exists() && !overwrite {
            return Err(OutputError::Exists { path: path.into() });
        }
        if !folder.is_dir() {
            return Err(OutputError::NoFolder {
                path: path.into(),
                folder: folder.into(),
            });
        }
        let mut builder = Builder::new();
        let builder = builder.prefix(".unlearn-").suffix(".tmp");
        #[cfg(unix)]
        let builder = {
            // As any new file, narrowed by the user's mask; the crate's own
            // default would hide the result from everybody else.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666))
        };
        let temporary = builder
            .tempfile_in(folder)
            .map_err(|source| OutputError::Write {
                path: path.into(),
                source,
            })?;
        Ok(Self {
            path: path.into(),
            overwrite,
            temporary,
        })
    }

    /// Lets nobody but the owner read the file, where the system knows of owners.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn secret(self) -> Result<Self, OutputError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let owner_only = std::fs::Permissions::from_mode(0o600);
            let set = self.temporary.as_file().set_permissions(owner_only);
            set.map_err(|source| OutputError::Write {
                path: self.path.clone(),
                source,
            })?;
        }
        Ok(self)
    }

    /// Writes all of the file and gives it its name.
    ///
    /// # Errors
    /// If the system refuses, or the file has appeared meanwhile.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.fill(bytes)?;
        self.finish()
    }

    /// Writes all of the file but does not give it its name yet: files that
    /// belong together are all filled before the first of them is finished.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn fill(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let written = self.temporary.write_all(bytes);
        let written = written.and_then(|()| self.temporary.as_file().sync_all());
        written.map_err(|source| OutputError::Write {
            path: self.path.clone(),
            source,
        })
    }

    /// The same by a function that writes to the path that it is given: the
    /// temporary file's.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn fill_with(
        &mut self,
        write: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<(), OutputError> {
        let written = write(self.temporary.path());
        let written = written.and_then(|()| self.temporary.as_file().sync_all());
        written.map_err(|source| OutputError::Write {
            path: self.path.clone(),
            source,
        })
    }

    /// Gives a filled file its name.
    ///
    /// # Errors
    /// If the system refuses, or the file has appeared meanwhile.
    pub fn finish(self) -> Result<(), OutputError> {
        let path = self.path;
        let named = match self.overwrite {
            true => self.temporary.persist(&path),
            false => self.temporary.persist_noclobber(&path),
        };
        named.map(drop).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => OutputError::Exists { path },
            _ => OutputError::Write {
                path,
                source: error.error,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_whole_and_replaces_only_when_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        OutputFile::claim(&path, false)
            .unwrap()
            .write(b"one")
            .unwrap();
        let refused = OutputFile::claim(&path, false).unwrap_err();
        assert!(matches!(refused, OutputError::Exists { .. }));
        OutputFile::claim(&path, true)
            .unwrap()
            .write(b"two")
            .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes");
        let claim = OutputFile::claim(&path, false).unwrap();
        claim.secret().unwrap().write(b"secret").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_dropped_claim_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(OutputFile::claim(&folder.path().join("a"), false).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let claim = OutputFile::claim(&path, false).unwrap();
        std::fs::write(&path, b"somebody else's").unwrap();
        assert!(matches!(
            claim.write(b"ours"),
            Err(OutputError::Exists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"somebody else's");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/a");
        let error = OutputFile::claim(&path, false).unwrap_err();
        assert!(matches!(error, OutputError::NoFolder { .. }));
        let error = OutputFile::claim(folder.path(), false).unwrap_err();
        assert!(matches!(error, OutputError::IsFolder { .. }));
    }

    /// `/dev/full` stands for a full disk where the system has it.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_failed_write_names_the_file_and_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"old").unwrap();
        let mut claim = OutputFile::claim(&path, true).unwrap();
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        *claim.temporary.as_file_mut() = full;
        let error = claim.write(b"new").unwrap_err();
        assert!(error.to_string().contains(&path.display().to_string()));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
