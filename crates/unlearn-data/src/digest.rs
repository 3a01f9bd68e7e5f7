//! SHA-256 digests that tell whether two files or data sets are the same.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

/// A text that is not a digest.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected \"sha256:\" and 64 hexadecimal digits, found \"{0}\"")]
pub struct BadDigest(pub String);

/// Builds a [`Digest`] piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Hasher {
    /// Starts with nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes as they are: cutting them into several calls changes nothing.
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    /// Adds bytes after their length (64 bits, little endian), so that neighbouring fields cannot run into each other.
    pub fn field(&mut self, bytes: &[u8]) -> &mut Self {
        self.update(&(bytes.len() as u64).to_le_bytes())
            .update(bytes)
    }

    /// The digest of all that was added.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("sha256:")?;
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        let bad = || BadDigest(text.to_owned());
        let digits = text.strip_prefix("sha256:").ok_or_else(bad)?.as_bytes();
        if digits.len() != 64 {
            return Err(bad());
        }
        let value = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = value(pair[0]).zip(value(pair[1])).ok_or_else(bad)?;
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = BadDigest;

    fn try_from(text: String) -> Result<Self, BadDigest> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::{IntoDeserializer, value::Error};

    use super::*;

    /// SHA-256 of "abc", from FIPS 180-2, appendix B.1.
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn known_digest_is_written_and_read_back() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), ABC);
        assert_eq!(ABC.parse(), Ok(digest));
        let read: Result<Digest, Error> = Digest::deserialize(ABC.into_deserializer());
        assert_eq!(read.unwrap(), digest);
    }

    #[test]
    fn pieces_do_not_matter_but_fields_do() {
        let mut pieces = Hasher::new();
        pieces.update(b"a").update(b"bc");
        assert_eq!(pieces.finish(), Digest::of(b"abc"));
        let mut one = Hasher::new();
        one.field(b"a").field(b"bc");
        let mut other = Hasher::new();
        other.field(b"ab").field(b"c");
        assert_ne!(one.finish(), other.finish());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "abc",
            "sha256:",
            &ABC[..70],
            &ABC.replace("ba", "xy"),
            &format!("{ABC}0"),
        ] {
            assert_eq!(text.parse::<Digest>(), Err(BadDigest(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(sha256:)?.{0,70}") {
            let _ = text.parse::<Digest>();
        }
    }
}
