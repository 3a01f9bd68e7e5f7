//! Files that a command will write: claimed together, written together.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use unlearn::checkpoint::OutputFile;

/// Claims all files before a long run.
///
/// # Errors
/// If two of them are the same file, one exists and `overwrite` is false, or
/// its folder is missing or cannot be written to.
pub fn claim<const N: usize>(
    paths: [&Path; N],
    overwrite: bool,
) -> anyhow::Result<[OutputFile; N]> {
    for (index, path) in paths.iter().enumerate() {
        refuse_same(path, &paths[..index])?;
    }
    let mut claims = Vec::with_capacity(N);
    for path in paths {
        claims.push(OutputFile::claim(path, overwrite)?);
    }
    claims
        .try_into()
        .map_err(|_| anyhow::anyhow!("as many claims as paths"))
}

/// Writes all files: none of them appears unless there was room for every one.
///
/// # Errors
/// If the system refuses.
pub fn write<const N: usize>(
    mut files: [OutputFile; N],
    contents: [&[u8]; N],
) -> anyhow::Result<()> {
    for (file, bytes) in files.iter_mut().zip(contents) {
        file.fill(bytes)?;
    }
    for file in files {
        file.finish()?;
    }
    Ok(())
}

/// Refuses to write over a file that the command reads or writes itself.
///
/// # Errors
/// If `path` is one of `others`.
pub fn refuse_same(path: &Path, others: &[&Path]) -> anyhow::Result<()> {
    match others.iter().find(|other| place(other) == place(path)) {
        Some(other) => bail!(
            "{}: expected a file of its own, found the same as {}",
            path.display(),
            other.display()
        ),
        None => Ok(()),
    }
}

/// Where an interrupted run that will write to `out` is kept.
pub fn resume_path(out: &Path) -> PathBuf {
    let mut path = out.as_os_str().to_owned();
    path.push(".resume");
    path.into()
}

/// Removes a file that is no longer needed; one that is not there is no error.
///
/// # Errors
/// If the system refuses.
pub fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// The path with its folder resolved, so that two names of one file are equal.
fn place(path: &Path) -> PathBuf {
    if let Ok(resolved) = path.canonicalize() {
        return resolved;
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_of_one_file_are_seen_through() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, roundabout) = (folder.path().join("a"), folder.path().join("./a"));
        let error = claim([&plain, &roundabout], false).unwrap_err();
        assert!(error.to_string().contains("a file of its own"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_refused_claim_gives_back_those_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let (free, taken) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&taken, "old").unwrap();
        claim([&free, &taken], false).unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read(&taken).unwrap(), b"old");
    }

    #[test]
    fn the_interrupted_run_stands_beside_its_model() {
        assert_eq!(resume_path(Path::new("b/m.x")), Path::new("b/m.x.resume"));
    }
}
