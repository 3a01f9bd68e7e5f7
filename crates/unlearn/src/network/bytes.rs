//! Numbers as bytes.

use std::borrow::Cow;

use bytemuck::NoUninit;

/// The bytes of numbers, the lowest of each first: as they lie in memory on nearly
/// every machine, else turned round.
pub(crate) fn little_endian<T: NoUninit>(numbers: &[T]) -> Cow<'_, [u8]> {
    let bytes: &[u8] = bytemuck::cast_slice(numbers);
    if cfg!(target_endian = "little") {
        return Cow::Borrowed(bytes);
    }
    let mut bytes = bytes.to_vec();
    bytes
        .chunks_exact_mut(size_of::<T>())
        .for_each(<[u8]>::reverse);
    Cow::Owned(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_byte_comes_first() {
        assert_eq!(
            &*little_endian(&[1.0f32, -2.0]),
            [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
        );
        assert_eq!(&*little_endian(&[0x0102u16]), [2, 1]);
    }
}
