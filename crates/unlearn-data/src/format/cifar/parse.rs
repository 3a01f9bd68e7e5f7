//! Bytes of a CIFAR-10 batch to labels and pixels.

/// Number of classes.
pub const CLASSES: usize = 10;

/// Channels, height and width of an image.
pub const SHAPE: [usize; 3] = [3, 32, 32];

const PIXELS: usize = 3 * 32 * 32;
const RECORD: usize = 1 + PIXELS;

/// The records of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Records {
    /// `[n, 3, 32, 32]`.
    pub pixels: Vec<u8>,
    /// `n` labels, each below [`CLASSES`].
    pub labels: Vec<u8>,
}

/// What can be wrong with a file of CIFAR-10.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CifarError {
    /// The length is not that of whole records.
    #[error("expected records of {RECORD} bytes, at least one, found {found} bytes ({} too many)", found % RECORD)]
    Length {
        /// Length of the file.
        found: usize,
    },
    /// A label has no class.
    #[error("record {record}: expected a label from 0 to 9, found {found}")]
    Label {
        /// Place in the file, counted from 0.
        record: usize,
        /// The label.
        found: u8,
    },
    /// The file of class names does not hold ten of them.
    #[error("expected {CLASSES} different class names in UTF-8, one per line, found {found}")]
    Names {
        /// How many different names were found.
        found: usize,
    },
}

/// Reads a batch.
///
/// # Errors
/// [`CifarError`] unless the bytes are whole records, at least one, with labels below ten.
pub fn parse(bytes: &[u8]) -> Result<Records, CifarError> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(RECORD) {
        return Err(CifarError::Length { found: bytes.len() });
    }
    let count = bytes.len() / RECORD;
    let mut records = Records {
        pixels: Vec::with_capacity(count * PIXELS),
        labels: Vec::with_capacity(count),
    };
    for (record, bytes) in bytes.chunks_exact(RECORD).enumerate() {
        if usize::from(bytes[0]) >= CLASSES {
            return Err(CifarError::Label {
                record,
                found: bytes[0],
            });
        }
        records.labels.push(bytes[0]);
        records.pixels.extend_from_slice(&bytes[1..]);
    }
    Ok(records)
}

/// Reads the class names, one per line; empty lines do not count.
///
/// # Errors
/// [`CifarError::Names`] unless there are ten different names.
pub fn parse_names(bytes: &[u8]) -> Result<Vec<String>, CifarError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CifarError::Names { found: 0 })?;
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    match names.len() {
        CLASSES => Ok(names),
        found => Err(CifarError::Names { found }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(labels: &[u8]) -> Vec<u8> {
        labels
            .iter()
            .flat_map(|&label| [vec![label], vec![label * 2; PIXELS]].concat())
            .collect()
    }

    #[test]
    fn records_are_taken_apart() {
        let records = parse(&batch(&[4, 9])).unwrap();
        assert_eq!(records.labels, [4, 9]);
        assert_eq!(records.pixels, [[8; PIXELS], [18; PIXELS]].concat());
    }

    #[test]
    fn broken_records_are_errors() {
        assert_eq!(parse(&[]), Err(CifarError::Length { found: 0 }));
        let bytes = batch(&[1, 2]);
        assert_eq!(
            parse(&bytes[..bytes.len() - 1]),
            Err(CifarError::Length { found: 6145 })
        );
        let long = [&bytes[..], &[0]].concat();
        let text = parse(&long).unwrap_err().to_string();
        assert_eq!(
            text,
            "expected records of 3073 bytes, at least one, found 6147 bytes (1 too many)"
        );
    }

    #[test]
    fn a_label_above_nine_is_an_error() {
        assert_eq!(
            parse(&batch(&[1, 10])),
            Err(CifarError::Label {
                record: 1,
                found: 10
            })
        );
    }

    #[test]
    fn names_are_ten_lines() {
        assert_eq!(
            parse_names(b"a\nb\nc\r\nd\ne\nf\ng\nh\ni\n\nj\n\n").unwrap()[9],
            "j"
        );
        assert_eq!(parse_names(b"a\nb\n"), Err(CifarError::Names { found: 2 }));
        assert_eq!(
            parse_names(b"a\na\nb\nc\nd\ne\nf\ng\nh\ni\n"),
            Err(CifarError::Names { found: 9 })
        );
        assert_eq!(parse_names(&[0xff]), Err(CifarError::Names { found: 0 }));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let _ = parse_names(&bytes);
        }

        #[test]
        fn changed_batches_never_panic(place in 0..2 * RECORD, byte: u8, cut in 0..=2 * RECORD) {
            let mut bytes = batch(&[3, 5]);
            bytes[place] = byte;
            if let Ok(records) = parse(&bytes[..cut]) {
                prop_assert_eq!(records.pixels.len(), records.labels.len() * PIXELS);
            }
        }
    }
}
