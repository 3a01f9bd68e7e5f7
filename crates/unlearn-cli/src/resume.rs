//! Taking up an interrupted run.

use std::path::Path;

use anyhow::ensure;
use unlearn::train::InterruptedRun;

/// The interrupted run in a file.
///
/// # Errors
/// If the file is not there, or is not an interrupted run.
pub fn interrupted(path: &Path) -> anyhow::Result<InterruptedRun> {
    ensure!(
        path.exists(),
        "{}: expected an interrupted run to resume, found no such file",
        path.display()
    );
    Ok(InterruptedRun::read(path)?)
}

/// The seed to go on with: that of the run, which a seed given must equal.
///
/// # Errors
/// If another seed was given.
pub fn seed(path: &Path, run: &InterruptedRun, given: Option<u64>) -> anyhow::Result<u64> {
    let seed = run.settings.seed;
    ensure!(
        given.is_none_or(|given| given == seed),
        "{}: cannot be resumed: --seed: expected the seed of the run, or none, found another",
        path.display()
    );
    Ok(seed)
}
