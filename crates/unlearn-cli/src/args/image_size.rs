//! The size that images are brought to.

use std::str::FromStr;

/// Height and width, typed as `32` or `112x92`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize(pub [usize; 2]);

impl FromStr for ImageSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (height, width) = text.split_once('x').unwrap_or((text, text));
        match (height.parse(), width.parse()) {
            (Ok(height), Ok(width)) => Ok(Self([height, width])),
            _ => Err("expected a side in pixels (32) or height and width (112x92)".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_or_two() {
        assert_eq!("32".parse(), Ok(ImageSize([32, 32])));
        assert_eq!("112x92".parse(), Ok(ImageSize([112, 92])));
        for wrong in ["", "x", "3x", "-1", "3x4x5"] {
            assert!(wrong.parse::<ImageSize>().is_err(), "{wrong}");
        }
    }
}
