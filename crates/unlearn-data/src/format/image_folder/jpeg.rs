//! Whether a JPEG file is whole: its decoder fills in what is missing, so that a truncated file would pass.

/// Whether the markers lead from the start of a JPEG image to its end; what comes after that does not matter.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    const START_OF_IMAGE: u8 = 0xd8;
    const END_OF_IMAGE: u8 = 0xd9;
    let mut rest = bytes;
    loop {
        let Some((marker, after)) = next_marker(rest) else {
            return false;
        };
        rest = match marker {
            END_OF_IMAGE => return true,
            START_OF_IMAGE => after,
            _ => match after
                .first_chunk()
                .map(|&length| usize::from(u16::from_be_bytes(length)))
            {
                // A segment's length counts itself. After a scan's header come its data, which hold no marker.
                Some(length) if (2..=after.len()).contains(&length) => &after[length..],
                _ => return false,
            },
        };
    }
}

/// The next marker with a meaning of its own, and what comes after it.
///
/// Within a scan `ff 00` is a byte `ff` of data, `ff d0` to `ff d7` are restarts, `ff 01` means nothing, and `ff ff`
/// is filling.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let place = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd7 | 0xff))?;
    Some((bytes[place + 1], &bytes[place + 2..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A thumbnail's end within a segment, a scan with a stuffed byte and a restart, the end, and more.
    const FILE: [u8; 24] = [
        0xff, 0xd8, 0xff, 0xe1, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 3, 7, 1, 0xff, 0x00, 2, 0xff,
        0xd3, 3, 0xff, 0xd9, 5, 5,
    ];

    #[test]
    fn the_end_must_be_reached() {
        for length in 0..=FILE.len() {
            assert_eq!(is_whole(&FILE[..length]), length >= 22, "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = is_whole(&bytes);
        }
    }
}
