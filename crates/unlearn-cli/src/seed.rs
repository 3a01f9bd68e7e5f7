//! The secret seed.

use anyhow::Context;
use rand::TryRngCore;
use rand::rngs::OsRng;

/// The seed that was given, or a fresh one from the operating system: whoever
/// knows a model's seed can draw its codes again, so there is no default.
///
/// # Errors
/// If the system has no randomness to give.
pub fn seed_or_fresh(given: Option<u64>) -> anyhow::Result<u64> {
    match given {
        Some(seed) => Ok(seed),
        None => OsRng
            .try_next_u64()
            .context("the operating system gave no random seed: give one with --seed"),
    }
}
