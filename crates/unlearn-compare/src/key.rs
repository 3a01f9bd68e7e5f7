//! Digests of everything that determines a result.

use serde::Serialize;
use unlearn::data::Digest;

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
