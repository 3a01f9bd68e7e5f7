//! Bytes of an IDX file to its sizes and values.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::IdxError;

/// The most bytes of values that a file may hold: five times the largest set of the MNIST family.
const LARGEST: usize = 1 << 32;

/// The sizes and values of an IDX file of unsigned bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idx {
    /// One to four sizes, none of them zero; the last varies fastest.
    pub sizes: Vec<usize>,
    /// As many bytes as the product of the sizes.
    pub values: Vec<u8>,
}

/// Reads a plain IDX file of unsigned bytes.
///
/// # Errors
/// [`IdxError`] unless the header is sound and the values are exactly as long as it states.
pub fn parse(bytes: &[u8]) -> Result<Idx, IdxError> {
    read(bytes)
}

/// Reads a gzipped IDX file of unsigned bytes; never unpacks more than one byte beyond what its header states.
///
/// # Errors
/// As [`parse`], and if the file does not unpack.
pub fn parse_gzip(bytes: &[u8]) -> Result<Idx, IdxError> {
    read(MultiGzDecoder::new(bytes))
}

pub(super) fn read(mut reader: impl Read) -> Result<Idx, IdxError> {
    let magic = header(&mut reader, 0)?;
    let [0, 0, 8, dimensions @ 1..=4] = magic else {
        return Err(IdxError::Magic { found: magic });
    };
    let mut sizes = Vec::new();
    for dimension in 0..usize::from(dimensions) {
        sizes.push(u32::from_be_bytes(header(&mut reader, 4 + 4 * dimension)?) as usize);
    }
    let product = sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size));
    let expected = match product {
        Some(expected @ 1..=LARGEST) => expected,
        _ => return Err(IdxError::Sizes { found: sizes }),
    };
    // The buffer grows with what is really there, not with what the header promises.
    let mut values = Vec::new();
    reader.take(expected as u64 + 1).read_to_end(&mut values)?;
    match values.len() {
        found if found < expected => Err(IdxError::Truncated { expected, found }),
        found if found > expected => Err(IdxError::Oversized { expected }),
        _ => Ok(Idx { sizes, values }),
    }
}

/// Four bytes of the header that stand at `place`.
fn header(reader: &mut impl Read, place: usize) -> Result<[u8; 4], IdxError> {
    let mut bytes = Vec::with_capacity(4);
    reader.take(4).read_to_end(&mut bytes)?;
    bytes[..].try_into().map_err(|_| IdxError::Header {
        expected: place + 4,
        found: place + bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    const VALID: [u8; 18] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_packed_files_are_read() {
        let expected = Idx {
            sizes: vec![1, 1, 2],
            values: vec![7, 9],
        };
        assert_eq!(parse(&VALID).unwrap(), expected);
        assert_eq!(parse_gzip(&gzip(&VALID)).unwrap(), expected);
    }

    #[test]
    fn every_other_length_is_an_error() {
        for length in 0..VALID.len() {
            let error = parse(&VALID[..length]).unwrap_err();
            match length {
                0..16 => assert!(
                    matches!(error, IdxError::Header { found, .. } if found == length),
                    "{error}"
                ),
                _ => assert!(
                    matches!(error, IdxError::Truncated { expected: 2, found } if found == length - 16)
                ),
            }
        }
        let long = [&VALID[..], &[0]].concat();
        assert!(matches!(
            parse(&long),
            Err(IdxError::Oversized { expected: 2 })
        ));
        assert!(matches!(
            parse_gzip(&gzip(&long)),
            Err(IdxError::Oversized { expected: 2 })
        ));
        assert!(matches!(
            parse_gzip(&gzip(&VALID[..17])),
            Err(IdxError::Truncated {
                expected: 2,
                found: 1
            })
        ));
    }

    #[test]
    fn other_magics_are_errors() {
        for (place, byte) in [(0, 1), (1, 1), (2, 9), (3, 0), (3, 5)] {
            let mut bytes = VALID;
            bytes[place] = byte;
            assert!(matches!(parse(&bytes), Err(IdxError::Magic { .. })));
        }
    }

    #[test]
    fn sizes_that_are_zero_or_overflow_are_errors() {
        let mut bytes = VALID;
        bytes[7] = 0;
        assert!(matches!(parse(&bytes), Err(IdxError::Sizes { found }) if found == [0, 1, 2]));
        bytes[4..16].fill(0xff);
        assert!(matches!(parse(&bytes), Err(IdxError::Sizes { .. })));
    }

    #[test]
    fn damaged_gzip_is_an_error() {
        let mut packed = gzip(&VALID);
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        assert!(matches!(parse_gzip(&packed), Err(IdxError::Io(_))));
        assert!(matches!(
            parse_gzip(&[gzip(&VALID), vec![1, 2, 3]].concat()),
            Err(IdxError::Io(_))
        ));
        assert!(matches!(parse_gzip(&VALID), Err(IdxError::Io(_))));
    }

    #[test]
    fn unpacking_stops_behind_the_stated_length() {
        let mut bomb = VALID.to_vec();
        bomb.resize(64 << 20, 0);
        let packed = gzip(&bomb);
        let mut counted = Counted(MultiGzDecoder::new(&packed[..]), 0);
        assert!(matches!(
            read(&mut counted),
            Err(IdxError::Oversized { expected: 2 })
        ));
        assert_eq!(counted.1, VALID.len() + 1);
    }

    struct Counted<R>(R, usize);

    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(buffer)?;
            self.1 += count;
            Ok(count)
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes);
            let _ = parse_gzip(&bytes);
            let _ = parse_gzip(&gzip(&bytes));
        }

        #[test]
        fn changed_files_never_panic(place in 0..VALID.len(), byte: u8, cut in 0..=VALID.len()) {
            let mut bytes = VALID;
            bytes[place] = byte;
            if let Ok(idx) = parse(&bytes[..cut]) {
                prop_assert_eq!(idx.sizes.iter().product::<usize>(), idx.values.len());
            }
            let mut packed = gzip(&VALID);
            let place = place % packed.len();
            packed[place] = byte;
            let _ = parse_gzip(&packed);
        }
    }
}
