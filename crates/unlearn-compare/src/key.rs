//! Digests of everything that determines a result.

use serde::Serialize;
use unlearn::data::Digest;

/// The trainings of this source; part of the key of every trained model, and so of every cell. Raise it with every
/// change after which the same settings train another model, or keep other things beside it.
///
/// The program's version alone would not do: it stays while the source changes. A digest of the source would
/// throw away days of training for a comment.
pub(crate) const TRAININGS: u32 = 7;

/// The methods and measures of this source; part of the key of every cell. Raise it with every change after which
/// a method gives another model, or a model other measures, on the same original.
pub(crate) const CELLS: u32 = 11;

/// The digest of a description, written as JSON.
pub(crate) fn key(description: &impl Serialize) -> Digest {
    let bytes = serde_json::to_vec(description)
        .unwrap_or_else(|error| unreachable!("descriptions have plain keys and values: {error}"));
    Digest::of(&bytes)
}

/// The name of a file of this digest.
pub(crate) fn file_name(digest: Digest, ending: &str) -> String {
    let digest = digest.to_string();
    let digits = digest.trim_start_matches("sha256:");
    format!("{digits}.{ending}")
}
