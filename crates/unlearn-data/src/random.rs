//! The only way to derive randomness: a ChaCha stream from (seed, purpose).

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use crate::Hasher;

/// The random stream of a seed for a purpose: ChaCha8 keyed with `SHA-256(seed as 8 little-endian bytes || purpose)`.
///
/// Streams of different purposes are independent, so drawing more in one place never changes another place.
pub fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut key = Hasher::new();
    key.update(&seed.to_le_bytes()).update(purpose.as_bytes());
    ChaCha8Rng::from_seed(*key.finish().as_bytes())
}

#[cfg(test)]
mod tests {
    use rand::RngCore;

    use super::*;

    #[test]
    fn a_stream_depends_on_seed_and_purpose_alone() {
        let first = |seed, purpose| stream(seed, purpose).next_u64();
        assert_eq!(first(1, "split"), first(1, "split"));
        assert_ne!(first(1, "split"), first(2, "split"));
        assert_ne!(first(1, "split"), first(1, "shapes"));
    }
}
