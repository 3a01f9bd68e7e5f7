//! Numbers as bytes.

use std::borrow::Cow;

/// The bytes of 32-bit floats, the lowest first: as they lie in memory on nearly
/// every machine, else converted.
pub(crate) fn little_endian(numbers: &[f32]) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        return Cow::Borrowed(bytemuck::cast_slice(numbers));
    }
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    Cow::Owned(bytes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_byte_comes_first() {
        assert_eq!(
            &*little_endian(&[1.0, -2.0]),
            [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
        );
    }
}
